package gatehouse.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.RawClient;
import gatehouse.testing.TestGateway;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Answers that say that a target could not do its work count against it, in whatever form its caller gets them. */
@DisplayNameGeneration(ReplaceUnderscores.class)
@SuppressWarnings("NullAway.Init")
class JsonFailuresTest {
    private static final String UNAVAILABLE = "14";

    @TempDir
    Path folder;

    private Vertx vertx;
    private TestGateway gateway;
    private volatile Handler<HttpServerRequest> script;

    @BeforeEach
    void start() throws Exception {
        vertx = Vertx.vertx();
        var origin = TestGateway.await(vertx.createHttpServer()
                .requestHandler(request -> script.handle(request))
                .listen(0, "127.0.0.1"));
        var schema = folder.resolve("books.desc");
        Files.write(schema, Books.descriptors().toByteArray());
        gateway = TestGateway.startWithGrpc("""
                services: { books: { targets: "http://127.0.0.1:%1$d", protocol: grpc } }
                routes:
                  calls: { match: { grpc: t.Any }, to: books, retry: null }
                  json:  { match: { path: "/v1/**" }, to: { rpc: books, schema: "%2$s" }, retry: null }
                """, origin.actualPort(), schema);
    }

    @AfterEach
    void stop() throws Exception {
        gateway.close();
        TestGateway.await(vertx.close());
    }

    private long failures() {
        var books = gateway.node().snapshots().current().services().get("books");
        return books.targets().get(0).failures();
    }

    private void assertUnavailable() throws Exception {
        assertThat(RawClient.get(gateway.port(), "/v1/books/1").status()).isEqualTo(503);
        assertThat(failures()).isOne();
        assertThat(new CallClient(vertx, gateway.port()).call("/t.Any/Get").status())
                .isEqualTo(UNAVAILABLE);
        assertThat(failures()).isEqualTo(2);
    }

    @Test
    void UNAVAILABLE_in_place_of_an_answer_counts_for_JSON_as_for_any_call() throws Exception {
        script = request -> CallCase.status(request, UNAVAILABLE);
        assertUnavailable();
    }

    @Test
    void so_it_does_behind_an_answer() throws Exception {
        script = request -> request.response()
                .putHeader("content-type", "application/grpc")
                .setChunked(true)
                .putTrailer("grpc-status", UNAVAILABLE)
                .end(CallClient.frame(0, ""));
        assertUnavailable();
    }

    @Test
    void so_does_a_503_that_is_no_answer_to_a_call() throws Exception {
        script = request -> request.response().setStatusCode(503).end("down");
        assertUnavailable();
    }

    @Test
    void what_a_caller_did_wrong_does_not() throws Exception {
        script = request -> CallCase.status(request, "3");
        assertThat(RawClient.get(gateway.port(), "/v1/books/1").status()).isEqualTo(400);
        assertThat(failures()).isZero();
    }
}
