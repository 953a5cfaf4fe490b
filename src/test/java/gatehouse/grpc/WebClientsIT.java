package gatehouse.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.Descriptors.FileDescriptor;
import gatehouse.testing.NodePackages;
import gatehouse.testing.TestGateway;
import io.grpc.testing.integration.Test;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The clients of gRPC-Web that people use, {@code grpc-web} and {@code @connectrpc/connect-web}, in Node and in a page of a browser. */
@DisplayNameGeneration(ReplaceUnderscores.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init")
class WebClientsIT {
    private static final Path SHIPPED = Path.of("src", "test", "grpc-web");
    private static final Path HERE = Path.of("target", "grpc-web").toAbsolutePath();

    private static final List<String> BROWSERS = List.of("/usr/bin/chromium", "/usr/bin/google-chrome");

    private static final String[] EXPECTED = {
        "connect header mine",
        "connect unary 7",
        "connect stream 3,70000,5",
        "connect error 5 not h\u00e9re",
        "connect refused 12",
        "connect late 4",
        "binary unary 7",
        "binary error 5 not here",
        "text unary 7",
        "text stream 3,70000,5",
        "text error 5 not here"
    };

    @TempDir
    static Path folder;

    private Vertx vertx;
    private Services services;
    private HttpServer pages;
    private TestGateway gateway;
    private final CompletableFuture<String> report = new CompletableFuture<>();

    @BeforeAll
    void start() throws Exception {
        NodePackages.install(SHIPPED, HERE, "clients of gRPC-Web");
        vertx = Vertx.vertx();
        services = new Services();
        pages = TestGateway.await(
                vertx.createHttpServer().requestHandler(this::page).listen(0, "127.0.0.1"));
        Files.write(folder.resolve("descriptors"), descriptors());
        gateway = TestGateway.startWithGrpc("""
                listeners: { web: { listen: "127.0.0.1:0", protocols: [http1, grpc-web] } }
                services:  { tests: { targets: "http://127.0.0.1:%d", protocol: grpc } }
                routes:
                  tests:
                    match: { grpc: grpc.testing.TestService }
                    to: tests
                    cors:
                      origins: [ "http://127.0.0.1:%d" ]
                      headers: [ content-type, x-grpc-web, x-user-agent, grpc-timeout, x-grpc-test-echo-initial ]
                      expose: [ grpc-status, grpc-message, x-grpc-test-echo-initial ]
                """, services.port(), pages.actualPort());
    }

    @AfterAll
    void stop() throws Exception {
        gateway.close();
        services.close();
        TestGateway.await(vertx.close());
    }

    private static Process start(String... command) throws Exception {
        return new ProcessBuilder(command)
                .directory(HERE.toFile())
                .redirectErrorStream(true)
                .start();
    }

    private static byte[] descriptors() {
        var files = FileDescriptorSet.newBuilder();
        add(Test.getDescriptor(), files, new HashSet<>());
        return files.build().toByteArray();
    }

    private static void add(FileDescriptor file, FileDescriptorSet.Builder files, Set<String> seen) {
        if (seen.add(file.getName())) {
            file.getDependencies().forEach(one -> add(one, files, seen));
            files.addFile(file.toProto());
        }
    }

    /** The page and what it asks for: modules, the schema, and to tell what came of it. */
    private void page(HttpServerRequest request) {
        var path = request.path();
        if (path.equals("/report")) {
            request.body().onSuccess(body -> {
                report.complete(body.toString());
                request.response().end();
            });
            return;
        }
        var type =
                path.endsWith("js") ? "text/javascript" : path.equals("/") ? "text/html" : "application/octet-stream";
        var file = path.equals("/descriptors")
                ? folder.resolve("descriptors")
                : HERE.resolve(path.equals("/") ? "page.html" : path.substring(1))
                        .normalize();
        if (!Files.exists(file)) {
            request.response().setStatusCode(404).end();
            return;
        }
        var unused = request.response().putHeader("content-type", type).sendFile(file.toString());
    }

    @org.junit.jupiter.api.Test
    void in_node_they_call_and_are_answered() throws Exception {
        var node = start(
                "node",
                "node.mjs",
                "http://127.0.0.1:" + gateway.port(),
                folder.resolve("descriptors").toString());
        var said = new String(node.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(node.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(said.lines()).containsExactly(EXPECTED);
    }

    @org.junit.jupiter.api.Test
    void on_a_page_of_another_origin_they_call_and_are_answered() throws Exception {
        var browser = BROWSERS.stream()
                .filter(file -> Files.isExecutable(Path.of(file)))
                .findFirst();
        Assumptions.assumeTrue(browser.isPresent(), "no browser here, so gRPC-Web is NOT tried in one");
        var log = folder.resolve("browser.log");
        var command = Stream.of(
                browser.get(),
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--no-first-run",
                "--user-data-dir=" + folder.resolve("profile"),
                "http://127.0.0.1:" + pages.actualPort() + "/?gateway=http://127.0.0.1:" + gateway.port());
        var process = new ProcessBuilder(command.toList())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            assertThat(report.get(60, TimeUnit.SECONDS).lines()).containsExactly(EXPECTED);
        } catch (java.util.concurrent.TimeoutException e) {
            throw new AssertionError("the page said nothing; the browser:\n" + Files.readString(log), e);
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly().waitFor();
        }
    }
}
