package gatehouse.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import gatehouse.problem.Problem;
import gatehouse.problem.ProblemException;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import java.util.List;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** Whatever goes wrong while a body is reshaped reaches those who wait for it as a problem. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class ReshapedRequestTest {
    private static Exchange through(Reshaping reshaping) {
        var exchange = new Exchange(new Arrival(
                null,
                HttpMethod.POST,
                HttpVersion.HTTP_1_1,
                HttpHeaders.headers(),
                "id",
                "web",
                new Caller("127.0.0.1", "127.0.0.1", "http", null, List.of(), 0),
                new RequestLine("a", "a", "/", null, true, 2, false, null)));
        exchange.bodyThrough(reshaping);
        return exchange;
    }

    @Test
    void a_refusal_stays_what_it_is() {
        var refusal = Problem.badRequest("no").asFailure();
        var exchange = through((chunk, isLast) -> {
            throw refusal;
        });
        assertThatThrownBy(() -> exchange.arrived(Buffer.buffer("{}"), true)).isSameAs(refusal);
    }

    @Test
    void any_other_failure_is_500_and_keeps_its_cause() {
        for (var fault : new Throwable[] {new NullPointerException(), new StackOverflowError()}) {
            var exchange = through((chunk, isLast) -> {
                if (fault instanceof Error error) {
                    throw error;
                }
                throw (RuntimeException) fault;
            });
            assertThatThrownBy(() -> exchange.arrived(Buffer.buffer("{}"), true))
                    .isInstanceOfSatisfying(
                            ProblemException.class,
                            told -> assertThat(told.problem().status()).isEqualTo(500))
                    .hasCause(fault);
        }
    }
}
