package gatehouse.grpc;

import static gatehouse.grpc.CallClient.frame;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Calls that are sent again, and services that are left alone. */
class CallRetryTest extends CallCase {
    CallRetryTest() {
        super("""
                routes:
                  retried:  { match: { grpc: t.Retried }, to: both, retry: { attempts: 2, budget: 100% }, grpc: { idempotent: [ t.Retried/Get ] } }
                  broken:   { match: { grpc: t.Broken }, to: origin, retry: null, breaker: { errors: 50%, over: 2, window: 10s, open: 10s } }
                """);
    }

    @Test
    void a_method_that_may_be_called_twice_is_asked_again_elsewhere() throws Exception {
        script = request -> request.body().onSuccess(body -> status(request, "14"));
        for (var i = 0; i < 4; i++) {
            var answer = client.call("/t.Retried/Get");
            assertThat(answer.status()).as(answer.message()).isEqualTo("0");
            assertThat(answer.body()).isEqualTo(frame(0, "hello"));
        }
        assertThat(requests).isNotEmpty();
    }

    @Test
    void a_method_that_may_not_be_called_twice_is_not() throws Exception {
        script = request -> request.body().onSuccess(body -> status(request, "14"));
        var seen = new ArrayList<String>();
        for (var i = 0; i < 2; i++) {
            seen.add(client.call("/t.Retried/Create").status());
        }
        assertThat(seen).containsExactlyInAnyOrder("0", "14");
    }

    @Test
    void pushback_forbids_another_try() throws Exception {
        script = request -> request.body().onSuccess(body -> status(request, "14", "grpc-retry-pushback-ms", "-1"));
        var seen = new ArrayList<String>();
        for (var i = 0; i < 2; i++) {
            seen.add(client.call("/t.Retried/Get").status());
        }
        assertThat(seen).containsExactlyInAnyOrder("0", "14");
    }

    @Test
    void pushback_is_waited_for() throws Exception {
        script = request -> request.body().onSuccess(body -> status(request, "14", "grpc-retry-pushback-ms", "120"));
        var longest = 0L;
        for (var i = 0; i < 2; i++) {
            var began = System.nanoTime();
            assertThat(client.call("/t.Retried/Get").status()).isEqualTo("0");
            longest = Math.max(longest, System.nanoTime() - began);
        }
        assertThat(longest).isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(119));
    }

    @Test
    void a_breaker_counts_UNAVAILABLE_in_the_head_and_in_trailers() throws Exception {
        script = request -> status(request, "14");
        client.call("/t.Broken/Get");
        script = request -> request.response()
                .putHeader("content-type", "application/grpc")
                .setChunked(true)
                .putTrailer("grpc-status", "14")
                .end(frame(0, "hello"));
        client.call("/t.Broken/Get");
        client.call("/t.Broken/Get");
        var asked = requests.size();
        assertThat(client.call("/t.Broken/Get").status()).isEqualTo("14");
        assertThat(requests).hasSize(asked);
    }
}
