package gatehouse.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.RawClient;
import gatehouse.testing.RawResponse;
import gatehouse.testing.RunningTime;
import gatehouse.testing.Waiting;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** JSON that costs more than it looks, and services that answer more than they should. */
class JsonBoundsTest extends JsonCase {
    JsonBoundsTest() {
        super("""
                routes:
                  books: { match: { path: "/**" }, to: { rpc: books, schema: "%2$s" }, grpc: { message: 1KiB }, retry: null }
                  large: { match: { path: "/v1/shelves/large/**" }, to: { rpc: books, schema: "%2$s" }, retry: null }
                """);
    }

    private RawResponse get(String target) throws Exception {
        return RawClient.get(gateway.port(), target);
    }

    private RawResponse put(String body) throws Exception {
        return put("s1", body);
    }

    private RawResponse put(String shelf, String body) throws Exception {
        try (var client = gateway.client()) {
            return client.send(RawClient.request(
                                    "PUT",
                                    "/v1/shelves/" + shelf + "/books/5",
                                    "Content-Type: application/json",
                                    "Content-Length: " + body.length())
                            + body)
                    .read("PUT");
        }
    }

    private static Buffer frame(byte... message) {
        return Buffer.buffer().appendByte((byte) 0).appendInt(message.length).appendBytes(message);
    }

    private static void begin(HttpServerRequest request) {
        request.response().putHeader("content-type", "application/grpc").setChunked(true);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"pagesLeft\": \"1e999999999\"}",
                "{\"pagesLeft\": 1e999999999}",
                "{\"isbn\": \"1E+999999999\"}",
                "{\"sold\": \"1e999999999\"}",
                "{\"sequel\": {\"sequel\": {\"isbn\": \"1e999999999\"}}}",
            })
    void a_number_that_would_fill_the_memory_is_400_at_once(String body) throws Exception {
        script = request -> request.response().reset(2);
        var began = RunningTime.nanoTime();
        var response = put(body);
        assertThat(response.status()).as(response.text()).isEqualTo(400);
        assertThat(RunningTime.nanoTime() - began).isLessThan(TimeUnit.SECONDS.toNanos(5));
    }

    @Test
    void a_million_digits_are_no_number() throws Exception {
        script = request -> request.response().reset(2);
        assertThat(get("/v1/books/1?isbn=" + "9".repeat(5000)).status()).isEqualTo(400);
    }

    @Test
    void a_text_may_look_like_a_number() throws Exception {
        script = CallCase::echo;
        var response = put("{\"tags\": [\"1e999999999\"], \"author\": {\"name\": \"12345e67890\"}}");
        assertThat(response.status()).as(response.text()).isEqualTo(200);
    }

    @Test
    void a_parameter_of_many_levels_is_400() throws Exception {
        script = request -> request.response().reset(2);
        var response = get("/v1/books/1?" + "sequel.".repeat(1000) + "isbn=1");
        assertThat(response.status()).isEqualTo(400);
        assertThat(new JsonObject(response.text()).getString("detail")).startsWith("sequel: ");
    }

    @Test
    void a_message_that_is_too_long_is_502_and_the_service_is_told_to_stop() throws Exception {
        var reset = new CompletableFuture<Void>();
        script = request -> {
            begin(request);
            request.response().exceptionHandler(cause -> reset.complete(null));
            request.response()
                    .write(Buffer.buffer().appendByte((byte) 0).appendInt(5000).appendBytes(new byte[100]));
        };
        var response = get("/v1/books/1");
        assertThat(response.status()).as(response.text()).isEqualTo(502);
        reset.get(30, TimeUnit.SECONDS);
    }

    /** A moment in the year 300000, and a number in a {@code Struct} that is none. */
    @ParameterizedTest
    @ValueSource(strings = {"32080880808080808001", "8201100a0e0a0161120911000000000000f87f"})
    void a_message_that_JSON_can_t_say_is_a_fault_of_the_service(String message) throws Exception {
        script = request -> {
            begin(request);
            request.response().putTrailer("grpc-status", "0");
            request.response().end(frame(java.util.HexFormat.of().parseHex(message)));
        };
        for (var path : new String[] {"/v1/books/1", "/v1/series/1"}) {
            var response = get(path);
            assertThat(new JsonObject(response.text()).getString("type")).endsWith("grpc-internal");
        }
    }

    @Test
    void one_message_is_all_that_a_call_is_answered_with() throws Exception {
        var reset = new CompletableFuture<Void>();
        script = request -> {
            begin(request);
            request.response().exceptionHandler(cause -> reset.complete(null));
            request.response().write(frame().appendBuffer(frame()).appendBuffer(frame()));
        };
        assertThat(get("/v1/books/1").status()).isEqualTo(500);
        reset.get(30, TimeUnit.SECONDS);
    }

    @Test
    void a_stream_ends_with_an_error_where_a_message_does_not_fit() throws Exception {
        var reset = new CompletableFuture<Void>();
        script = request -> {
            begin(request);
            request.response().exceptionHandler(cause -> reset.complete(null));
            request.response()
                    .write(frame((byte) 8, (byte) 7))
                    .onSuccess(sent -> request.response().write(frame((byte) 8)));
        };
        try (var client = gateway.client()) {
            var got = client.send(RawClient.request("GET", "/v1/series/1")).read();
            assertThat(got.text().lines()).hasSize(2);
            assertThat(got.text()).startsWith("{\"id\":\"7\"}\n{\"error\":");
        }
        reset.get(30, TimeUnit.SECONDS);
    }

    @Test
    void an_answer_without_a_status_is_no_answer() throws Exception {
        script = request -> {
            begin(request);
            request.response().end(frame((byte) 8, (byte) 7));
        };
        var one = get("/v1/books/1");
        assertThat(one.status()).as(one.text()).isEqualTo(500);
        assertThat(new JsonObject(one.text()).getString("type")).endsWith("grpc-unknown");
        assertThat(get("/v1/series/1").text().lines().toList().get(1)).startsWith("{\"error\":");
    }

    @Test
    void an_answer_that_ends_in_the_middle_of_a_message_is_none() throws Exception {
        script = request -> {
            begin(request);
            request.response()
                    .putTrailer("grpc-status", "0")
                    .end(frame((byte) 8, (byte) 7).appendBytes(new byte[] {0, 0, 0}));
        };
        assertThat(get("/v1/books/1").status()).isEqualTo(502);
        assertThat(get("/v1/series/1").text().lines().toList().get(1)).startsWith("{\"error\":");
    }

    @Test
    void a_long_key_costs_nothing_for_each_of_what_it_holds() throws Exception {
        script = CallCase::echo;
        put("large", editions("k", 200_000)); // warm
        var shortKey = nanos("k");
        assertThat(nanos("k".repeat(45_000)))
                .as("a path of 45 KB in words for each element would be 9 GB")
                .isLessThan(4 * shortKey + TimeUnit.MILLISECONDS.toNanos(700));
    }

    private static String editions(String key, int count) {
        return "{\"editions\":{\"" + key + "\":{\"tags\":[" + "\"\",".repeat(count) + "\"\"]}}}";
    }

    private long nanos(String key) throws Exception {
        var body = editions(key, 200_000);
        var began = System.nanoTime();
        assertThat(put("large", body).status()).isEqualTo(200);
        return System.nanoTime() - began;
    }

    @Test
    void what_does_not_fit_is_not_looked_for_without_end() throws Exception {
        script = request -> {};
        var near = put("large", "{\"others\": [" + "{\"born\":1},".repeat(400) + "{\"born\":\"x\"}]}");
        assertThat(new JsonObject(near.text()).getString("detail")).startsWith("others[400].born: ");
        var far = put("large", "{\"others\": [" + "{\"born\":1},".repeat(100_000) + "{\"born\":\"x\"}]}");
        assertThat(far.status()).isEqualTo(400);
        assertThat(new JsonObject(far.text()).getString("detail")).doesNotContain("others[");
    }

    @Test
    void a_client_that_leaves_a_stream_of_JSON_is_heard_at_the_service_within_100_ms() throws Exception {
        Waiting.until(
                "within 100 ms",
                () -> { // tried until it is: a machine may be busy
                    var reset = new CompletableFuture<Long>();
                    script = request -> {
                        begin(request);
                        request.response().exceptionHandler(cause -> reset.complete(System.nanoTime()));
                        request.response().write(frame((byte) 8, (byte) 7));
                    };
                    long began;
                    try (var client = gateway.client()) {
                        assertThat(client.send(RawClient.request("GET", "/v1/series/1"))
                                        .readHead()
                                        .startLine())
                                .contains("200");
                        began = System.nanoTime();
                        client.reset();
                    }
                    return reset.get(30, TimeUnit.SECONDS) - began < TimeUnit.MILLISECONDS.toNanos(100);
                });
    }
}
