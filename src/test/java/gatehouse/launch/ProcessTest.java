package gatehouse.launch;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.Answers;
import gatehouse.testing.Child;
import gatehouse.testing.RawClient;
import gatehouse.testing.RawOrigin;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The gateway as a process: what it prints, how it ends, what it leaves behind. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class ProcessTest {
    @TempDir
    private Path folder;

    @BeforeEach
    void only_http_runs() throws IOException {
        Files.writeString(
                folder.resolve("verticles.json"),
                "{ \"verticles\": { \"http\": { \"main\": \"HttpProxyVerticle\", \"instances\": \"cores\" } } }");
    }

    @Test
    void it_says_once_that_it_is_ready_and_ends_with_0_on_SIGTERM() throws Exception {
        try (var origin = RawOrigin.answering("hello");
                var gateway = start(origin, "accessLog: logs/access.log")) {
            gateway.await("transport "); // it is about to start
            gateway.signal("HUP");
            assertThat(RawClient.get(gateway.awaitPort("web"), "/a").text()).isEqualTo("hello");
            gateway.signal("TERM");

            assertThat(gateway.exitCode()).isZero();
            assertThat(gateway.text().lines().filter(line -> line.startsWith("gatehouse ready in ")))
                    .hasSize(1);
            assertThat(gateway.text()).contains("transport ").doesNotContain("ERROR");
            assertThat(gateway.text().lines()).noneMatch(ProcessTest::isWarning);
            assertThat(folder.resolve("logs/access.log")).content().contains("\"/a\"");
        }
    }

    /** What stood still was the machine. */
    private static boolean isWarning(String line) {
        return line.contains("WARN") && !line.contains("BlockedThreadChecker");
    }

    @Test
    void SIGTERM_lets_a_request_under_way_end() throws Exception {
        try (var origin = RawOrigin.answering(Answers.hang("at last"));
                var gateway = start(origin, "");
                var client = RawClient.connect(gateway.awaitPort("web"))) {
            client.send(RawClient.request("GET", "/slow"));
            origin.awaitRequests(1);
            gateway.signal("TERM");
            gateway.await("ending, with at most 30000 ms");
            origin.release();

            assertThat(client.read().text()).isEqualTo("at last");
            assertThat(gateway.exitCode()).isZero();
            assertThat(gateway.text()).containsPattern("ended after \\d+ ms, every request was answered\n$");
        }
    }

    @Test
    void what_is_not_over_in_time_is_counted_in_the_last_line() throws Exception {
        try (var origin = RawOrigin.answering(Answers.hang("never"));
                var gateway = start(origin, "node: { drain: { http: 200ms } }");
                var client = RawClient.connect(gateway.awaitPort("web"))) {
            client.send(RawClient.request("GET", "/slow"));
            origin.awaitRequests(1);
            gateway.signal("TERM");

            assertThat(gateway.exitCode()).isZero();
            assertThat(gateway.text()).containsPattern("ended after \\d+ ms, 1 requests were cut\n$");
        }
    }

    @Test
    void a_second_signal_ends_it_at_once() throws Exception {
        try (var origin = RawOrigin.answering(Answers.hang("never"));
                var gateway = start(origin, "node: { pidFile: run/gatehouse.pid }");
                var client = RawClient.connect(gateway.awaitPort("web"))) {
            client.send(RawClient.request("GET", "/slow"));
            origin.awaitRequests(1);
            gateway.signal("TERM");
            gateway.await("ending, with at most");
            gateway.signal("TERM");

            assertThat(gateway.exitCode()).isEqualTo(143);
            assertThat(gateway.text()
                            .lines()
                            .filter(line -> line.contains("ended at once, as a second signal asked for")))
                    .hasSize(1);
            assertThat(folder.resolve("run/gatehouse.pid")).doesNotExist();
        }
    }

    @Test
    void a_port_that_is_taken_at_a_reload_is_told_once_where_it_stands_and_nothing_changes() throws Exception {
        try (var one = RawOrigin.answering("one");
                var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                var gateway = start(one, "");
                var client = RawClient.connect(gateway.awaitPort("web"))) {
            write(conf(one, "").replace("{ web:", "{ more: \"127.0.0.1:" + taken.getLocalPort() + "\", web:"));
            gateway.signal("HUP");
            gateway.await("conf/gateway.yaml:2:20 listeners.more.listen: 127.0.0.1:" + taken.getLocalPort()
                    + " can't be bound: .*Address already in use");
            assertThat(get(client)).isEqualTo("one");

            write(conf(one, "node: { name: other }")); // seen only after the one before
            gateway.await("configuration 2 in force");
            assertThat(gateway.text().lines().filter(line -> line.contains("can't be bound")))
                    .hasSize(1);
        }
    }

    @Test
    void a_second_process_on_the_same_pid_file_ends_with_3_and_names_the_first() throws Exception {
        try (var origin = RawOrigin.answering("hello");
                var first = start(origin, "node: { pidFile: run/gatehouse.pid }")) {
            var port = first.awaitPort("web");
            assertThat(folder.resolve("run/gatehouse.pid")).hasContent(first.pid() + "\n");
            try (var second = ChildProcess.start(folder)) {
                assertThat(second.exitCode()).isEqualTo(3);
                assertThat(second.text()).contains("run/gatehouse.pid is locked by process " + first.pid());
            }
            assertThat(RawClient.get(port, "/").text()).isEqualTo("hello");

            first.signal(first.ignoresInterrupts() ? "TERM" : "INT");
            assertThat(first.exitCode()).isZero();
            assertThat(folder.resolve("run/gatehouse.pid")).doesNotExist();
        }
    }

    @Test
    void a_changed_file_comes_into_force_and_a_broken_one_does_not() throws Exception {
        try (var one = RawOrigin.answering("one");
                var two = RawOrigin.answering("two");
                var gateway = start(one, "");
                var client = RawClient.connect(gateway.awaitPort("web"))) {
            assertThat(get(client)).isEqualTo("one");

            write(conf(two, ""));
            gateway.await("configuration 2 in force: services 1 changed");
            assertThat(get(client)).isEqualTo("two");

            write(conf(one, "").replace("to: origin", "to: nobody"));
            gateway.await("rejected, the former one stays in force");
            gateway.await("conf/gateway.yaml:4:\\d+ routes.all.to: .*nobody");
            assertThat(get(client)).isEqualTo("two");

            write(conf(two, "node: { name: other, drain: { http: 1s } }"));
            gateway.await("configuration 3 in force: no listener, service, policy or route changed");
            gateway.await("needs a restart: node.name$");
            assertThat(get(client)).isEqualTo("two");
        }
    }

    @Test
    void a_file_that_vanishes_changes_nothing_and_SIGHUP_reads_it_at_once() throws Exception {
        try (var one = RawOrigin.answering("one");
                var two = RawOrigin.answering("two");
                var gateway = start(one, "");
                var client = RawClient.connect(gateway.awaitPort("web"))) {
            Files.delete(folder.resolve("conf/gateway.yaml"));
            gateway.await("conf/gateway.yaml is gone; what is in force stays");
            assertThat(get(client)).isEqualTo("one");

            write(conf(two, ""));
            gateway.signal("HUP");
            gateway.await("is read again, as asked for");
            gateway.await("configuration 2 in force");
            assertThat(get(client)).isEqualTo("two");
        }
    }

    @Test
    void a_file_that_a_rejected_configuration_lacks_is_waited_for() throws Exception {
        try (var one = RawOrigin.answering("one");
                var two = RawOrigin.answering("two");
                var gateway = start(one, "")) {
            gateway.awaitPort("web");
            write(conf(two, "").replace(two.url(), "${file:target.txt}"));
            gateway.await("rejected, the former one stays in force");
            Files.writeString(folder.resolve("conf/target.txt"), two.url());
            gateway.await("configuration 2 in force");
            Files.writeString(folder.resolve("conf/target.txt"), one.url());
            gateway.await("configuration 3 in force");

            assertThat(gateway.text().lines().filter(line -> line.contains("rejected")))
                    .hasSize(1);
        }
    }

    @Test
    void the_command_line_stands_above_the_environment_and_that_above_the_file() throws Exception {
        try (var one = RawOrigin.answering("one");
                var two = RawOrigin.answering("two")) {
            write(conf(one, ""));
            var environment = Map.of(
                    "GATEHOUSE_SERVICES_ORIGIN_TARGETS", two.url(),
                    "GATEHOUSE_NODE_TRANSPORT", "epoll",
                    "GATEHOUSE_NODE_COLOUR", "red",
                    "GATEHOUSE_VERSION", "0.1.0");
            try (var gateway = ChildProcess.start(folder, environment, "--set", "node.transport=nio")) {
                assertThat(RawClient.get(gateway.awaitPort("web"), "/").text()).isEqualTo("two");
                gateway.await("transport nio");
                gateway.await("WARN .*ignored, as they name no key: GATEHOUSE_NODE_COLOUR$");
            }
        }
    }

    @Test
    void proxy_needs_no_file_at_all() throws Exception {
        var empty = Files.createDirectory(folder.resolve("empty"));
        try (var origin = RawOrigin.answering("hello");
                var gateway = ChildProcess.start(empty, "proxy", "--from", "127.0.0.1:0", "--to", origin.url())) {
            assertThat(RawClient.get(gateway.awaitPort("proxy"), "/any").text()).isEqualTo("hello");
            gateway.signal("TERM");

            assertThat(gateway.exitCode()).isZero();
            assertThat(empty).isEmptyDirectory();
        }
    }

    private Child start(RawOrigin origin, String more) throws IOException {
        write(conf(origin, more));
        return ChildProcess.start(folder);
    }

    private static String conf(RawOrigin origin, String more) {
        return """
                version: 1
                listeners: { web: "127.0.0.1:0" }
                services: { origin: { targets: "%s" } }
                routes: { all: { match: { path: "/**" }, to: origin } }
                %s
                """.formatted(origin.url(), more);
    }

    /** Writes the configuration the way careful editors do: as another file that then takes its place. */
    private void write(String text) throws IOException {
        Files.createDirectories(folder.resolve("conf"));
        var next = Files.writeString(folder.resolve("next"), text);
        Files.move(
                next,
                folder.resolve("conf/gateway.yaml"),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
    }

    private static String get(RawClient client) throws IOException {
        return client.send(RawClient.request("GET", "/")).read().text();
    }
}
