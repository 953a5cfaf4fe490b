package gatehouse.policy.requireheader;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.config.ListenerLimits;
import gatehouse.exchange.Intake;
import gatehouse.exchange.Peer;
import gatehouse.exchange.Reply;
import gatehouse.policy.Policy;
import gatehouse.problem.ProblemException;
import gatehouse.testing.RawClient;
import gatehouse.testing.TestGateway;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** The README's example of a policy, at work around a real exchange. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class RequireHeaderTest {
    private final Vertx vertx = Vertx.vertx();

    @AfterEach
    void end() throws Exception {
        TestGateway.await(vertx.close());
    }

    private int serving(Policy policy) throws Exception {
        var server = vertx.createHttpServer().requestHandler(request -> {
            var exchange = Intake.accept(
                    request, "id", "web", Peer.of(request.remoteAddress(), List.of()), ListenerLimits.DEFAULT);
            policy.apply(
                            exchange,
                            seen -> Future.succeededFuture(Reply.of(204, HttpHeaders.headers(), Buffer.buffer())))
                    .map(Reply::status)
                    .otherwise(failure -> ((ProblemException) failure).problem().status())
                    .onSuccess(
                            status -> request.response().setStatusCode(status).end());
        });
        return TestGateway.await(server.listen(0, "127.0.0.1")).actualPort();
    }

    @Test
    void a_request_with_the_header_passes_and_one_without_gets_400() throws Exception {
        var port = serving(RequireHeader.TYPE.build(new RequireHeader.Config("X-Team"), null));
        assertThat(RawClient.get(port, "/", "x-team: blue").head().startLine()).startsWith("HTTP/1.1 204");
        assertThat(RawClient.get(port, "/").head().startLine()).startsWith("HTTP/1.1 400");
    }
}
