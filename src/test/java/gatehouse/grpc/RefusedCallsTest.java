package gatehouse.grpc;

import static gatehouse.grpc.CallClient.frame;
import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.RawClient;
import gatehouse.testing.TestGateway;
import gatehouse.testing.Waiting;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpServerRequest;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Calls that a target says to have done nothing for. */
class RefusedCallsTest extends CallCase {
    private static final int REFUSED_STREAM = 7;

    RefusedCallsTest() {
        super("""
                routes:
                  any:   { match: { grpc: t.Any }, to: origin, retry: { attempts: 1, budget: 0% } }
                  both:  { match: { grpc: t.Both }, to: both }
                  never: { match: { grpc: t.Never }, to: origin, retry: null }
                """);
    }

    private static void refuse(HttpServerRequest request) {
        request.response().reset(REFUSED_STREAM);
    }

    /** Refuses the first one, as soon as so many bytes have come, and echoes those after it. */
    private void refuseTheFirst(int bytes) {
        script = request -> {
            if (requests.size() > 1) {
                echo(request);
                return;
            }
            var seen = new int[1];
            request.handler(chunk -> {
                seen[0] += chunk.length();
                if (seen[0] >= bytes && seen[0] - chunk.length() < bytes) {
                    refuse(request);
                }
            });
        };
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void a_call_that_was_refused_unseen_is_sent_again_whatever_its_method(boolean goAway) throws Exception {
        script = request -> {
            if (requests.size() > 1) {
                echo(request);
            } else if (goAway) {
                request.connection().goAway(0, Math.max(0, request.response().streamId() - 2));
            } else {
                refuse(request);
            }
        };
        var answer = client.call("/t.Any/Create");
        assertThat(answer.status()).as(answer.message()).isEqualTo("0");
        assertThat(answer.body()).isEqualTo(frame(0, "hello"));
        assertThat(requests).hasSize(2);
    }

    @Test
    void it_goes_to_another_target_where_there_is_one() throws Exception {
        script = RefusedCallsTest::refuse;
        for (var i = 0; i < 4; i++) {
            assertThat(client.call("/t.Both/Create").status()).isEqualTo("0");
        }
        assertThat(others).hasValue(4);
    }

    @Test
    void one_that_is_refused_again_is_UNAVAILABLE() throws Exception {
        script = RefusedCallsTest::refuse;
        assertThat(client.call("/t.Any/Create").status()).isEqualTo("14");
        assertThat(requests).hasSize(2);
    }

    @Test
    void nothing_is_sent_again_where_the_route_says_so() throws Exception {
        script = RefusedCallsTest::refuse;
        assertThat(client.call("/t.Never/Create").status()).isEqualTo("14");
        assertThat(requests).hasSize(1);
    }

    private HttpClientRequest begin(String path) throws Exception {
        return TestGateway.await(client.open(path)).setChunked(true);
    }

    private void awaitRequests(int count) {
        Waiting.until(count + " requests", () -> requests.size() >= count);
    }

    @Test
    void a_dialogue_that_is_refused_in_its_middle_goes_on_with_another_target() throws Exception {
        var first = frame(0, "x".repeat(20_000));
        refuseTheFirst(first.length());
        var request = begin("/t.Any/Chat");
        Promise<Buffer> body = Promise.promise();
        request.response().compose(response -> response.body()).onComplete(body);
        TestGateway.await(request.write(first));
        awaitRequests(2);
        TestGateway.await(request.end(frame(0, "the rest")));
        assertThat(TestGateway.await(body.future()))
                .isEqualTo(Buffer.buffer().appendBuffer(first).appendBuffer(frame(0, "the rest")));
    }

    @Test
    void one_of_which_more_was_read_than_is_kept_is_UNAVAILABLE() throws Exception {
        var message = frame(0, "x".repeat(70_000));
        refuseTheFirst(message.length());
        assertThat(client.call("/t.Any/Create", message).status()).isEqualTo("14");
        assertThat(requests).hasSize(1);
    }

    @Test
    void a_page_s_call_is_sent_again_too_while_it_comes() throws Exception {
        var first = frame(0, "hello");
        refuseTheFirst(first.length());
        try (var page = RawClient.connect(gateway.port())) {
            page.send(RawClient.request(
                    "POST", "/t.Any/Create", "Content-Type: application/grpc-web", "Transfer-Encoding: chunked"));
            page.send(chunk(first));
            awaitRequests(2);
            page.send(chunk(frame(0, "again")) + "0\r\n\r\n");
            var text = new String(page.read("POST").body().bytes(), StandardCharsets.ISO_8859_1);
            assertThat(text).contains("hello").contains("again").contains("grpc-status: 0");
        }
    }

    private static String chunk(Buffer bytes) {
        return Integer.toHexString(bytes.length()) + "\r\n" + new String(bytes.getBytes(), StandardCharsets.ISO_8859_1)
                + "\r\n";
    }
}
