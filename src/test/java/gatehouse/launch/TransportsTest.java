package gatehouse.launch;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.RawClient;
import gatehouse.testing.RawOrigin;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where io_uring can't be had. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class TransportsTest {
    /** Runs a command for which a system call fails: its number, the error's number, the command. */
    private static final String FORBID = """
            import ctypes, os, struct, sys
            LOAD, EQUAL, RETURN, ALLOW, ERRNO = 0x20, 0x15, 0x06, 0x7FFF0000, 0x50000
            code = b"".join(struct.pack("HBBI", *step) for step in (
                (LOAD, 0, 0, 0), (EQUAL, 0, 1, int(sys.argv[1])),
                (RETURN, 0, 0, ERRNO | int(sys.argv[2])), (RETURN, 0, 0, ALLOW)))
            place = ctypes.create_string_buffer(code)
            NO_NEW_PRIVILEGES, SECCOMP, FILTER = 38, 22, 2
            process = ctypes.CDLL(None, use_errno=True).prctl
            if process(NO_NEW_PRIVILEGES, 1, 0, 0, 0) or process(
                    SECCOMP, FILTER, struct.pack("HxxxxxxP", 4, ctypes.addressof(place))):
                raise OSError(ctypes.get_errno(), "no filter")
            os.execvp(sys.argv[3], sys.argv[3:])
            """;

    /** Runs a command that may lock so many bytes of memory, and lacks the privilege to lock more. */
    private static final String LOCK_LITTLE = """
            import ctypes, os, resource, sys
            DROP_FROM_BOUNDING_SET, IPC_LOCK = 24, 14
            ctypes.CDLL(None).prctl(DROP_FROM_BOUNDING_SET, IPC_LOCK, 0, 0, 0)
            resource.setrlimit(resource.RLIMIT_MEMLOCK, 2 * (int(sys.argv[1]),))
            os.execvp(sys.argv[2], sys.argv[2:])
            """;

    private static final String SETUP = "425";
    private static final String ENTER = "426";
    private static final String REGISTER = "427";
    private static final String EPERM = "1";
    private static final String ENOSYS = "38";

    @TempDir
    private Path folder;

    @BeforeEach
    void only_http_runs() throws Exception {
        Files.writeString(
                folder.resolve("verticles.json"),
                "{ \"verticles\": { \"http\": { \"main\": \"HttpProxyVerticle\" } } }");
        Files.createDirectories(folder.resolve("conf"));
    }

    /** What it logged about its transport, once it has served a request and ended in order. */
    private String served(String wanted, Map<String, String> environment, List<String> launcher) throws Exception {
        try (var origin = RawOrigin.answering("hello")) {
            Files.writeString(folder.resolve("conf/gateway.yaml"), """
                    version: 1
                    listeners: { web: "127.0.0.1:0" }
                    services: { origin: { targets: "%s" } }
                    routes:   { all: { match: { path: "/**" }, to: origin } }
                    """.formatted(origin.url()));
            var more = new HashMap<>(environment);
            more.put("GATEHOUSE_NODE_TRANSPORT", wanted);
            try (var gateway = ChildProcess.startBy(folder, more, launcher)) {
                assertThat(RawClient.get(gateway.awaitPort("web"), "/").text()).isEqualTo("hello");
                gateway.signal("TERM");
                assertThat(gateway.exitCode()).isZero();
                return String.join(
                        "\n",
                        gateway.text()
                                .lines()
                                .filter(line -> line.contains("transport"))
                                .toList());
            }
        }
    }

    private static List<String> without(String call, String error) {
        return List.of("python3", "-c", FORBID, call, error);
    }

    @Test
    void nobody_is_told_who_did_not_ask_for_it() throws Exception {
        assertThat(served("auto", Map.of(), without(SETUP, EPERM)))
                .matches(".*INFO .* transport epoll, \\d+ event loops");
    }

    @ParameterizedTest
    @CsvSource({SETUP + ", " + EPERM, SETUP + ", " + ENOSYS, REGISTER + ", " + EPERM})
    void epoll_is_taken_with_a_warning(String call, String error) throws Exception {
        assertThat(served("io_uring", Map.of(), without(call, error)))
                .matches(".*WARN .* node.transport: io_uring can't be used here: .*; taken is transport epoll, .*");
    }

    @Test
    void without_any_native_library_it_is_the_JDKs_own() throws Exception {
        var none = Map.of("JAVA_TOOL_OPTIONS", "-Dio.netty.transport.noNative=true");
        assertThat(served("auto", none, List.of()))
                .matches("(?s).*INFO .* transport nio, .* as epoll can't be used here.*");
    }

    /** A ring of its own for each event loop and one for the socket that accepts; here is memory for the first at most. */
    @Test
    void rings_that_can_not_all_be_had_are_not_used() throws Exception {
        assertThat(served("io_uring", Map.of(), List.of("python3", "-c", LOCK_LITTLE, "131072")))
                .matches(
                        ".*(transport io_uring, \\d+ event loops" // by a kernel that does not count them
                                + "|WARN .* io_uring can't be used here: .+; taken is transport epoll, .*)");
    }

    @Test
    void rings_of_which_nothing_comes_are_not_used() throws Exception {
        assertThat(served("io_uring", Map.of(), without(ENTER, EPERM)))
                .matches("(?s).*WARN .* io_uring can't be used here: .+; taken is transport epoll, .*");
    }
}
