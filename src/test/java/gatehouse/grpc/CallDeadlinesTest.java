package gatehouse.grpc;

import static gatehouse.grpc.CallClient.frame;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Deadlines of calls: kept here, sent on, and cut to what the route allows. */
class CallDeadlinesTest extends CallCase {
    CallDeadlinesTest() {
        super("""
                routes:
                  any:  { match: { grpc: t.Any }, to: origin, grpc: { deadline: 400ms } }
                  long: { match: { grpc: t.Long }, to: origin }
                  slow: { match: { grpc: t.Slow }, to: origin, timeout: { idle: 150ms } }
                """);
    }

    @Test
    void a_deadline_is_sent_on_shorter_than_it_came() throws Exception {
        client.call("/t.Long/Get", "grpc-timeout: 2S");
        client.call("/t.Long/Get", "grpc-timeout: 2S");
        var seen = requests.peek().getHeader("grpc-timeout");
        assertThat(seen).endsWith("u");
        assertThat(Long.parseLong(seen.substring(0, seen.length() - 1))).isBetween(1L, 1_999_999L);
        assertThat(requests.peek().getHeader("te")).isEqualTo("trailers");
    }

    @Test
    void a_deadline_ends_a_call_here_and_at_the_service() throws Exception {
        var reset = new CompletableFuture<Void>();
        script = request -> request.response().exceptionHandler(cause -> reset.complete(null));
        assertThat(client.call("/t.Long/Get", "grpc-timeout: 1S").status()).isEqualTo("4");
        reset.get(30, TimeUnit.SECONDS);
    }

    @Test
    void a_deadline_ends_a_stream_in_its_middle_with_a_status() throws Exception {
        script = request -> request.response()
                .putHeader("content-type", "application/grpc")
                .setChunked(true)
                .write(frame(0, "first"));
        var answer = client.call("/t.Long/Get", "grpc-timeout: 1S");
        assertThat(answer.body()).isEqualTo(frame(0, "first"));
        assertThat(answer.trailers().get("grpc-status")).isEqualTo("4");
    }

    @Test
    void without_a_deadline_silence_ends_a_call() throws Exception {
        script = request -> {};
        assertThat(client.call("/t.Slow/Get").status()).isEqualTo("4");
    }

    @ParameterizedTest
    @CsvSource({"-1S, 3", "999999999H, 3", "1x, 3", "S, 3", "99999999H, 4"})
    void G03_a_timeout_that_is_none_is_refused_and_a_long_one_is_cut_to_the_route_s(String timeout, String status)
            throws Exception {
        script = request -> {};
        assertThat(client.call("/t.Any/Get", "grpc-timeout: " + timeout).status())
                .isEqualTo(status);
    }

    @Test
    void G03_an_empty_timeout_is_refused() throws Exception {
        assertThat(client.call("/t.Any/Get", "grpc-timeout: ").status()).isEqualTo("3");
    }
}
