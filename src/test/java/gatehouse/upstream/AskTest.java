package gatehouse.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.RequestOptions;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** What is heard of a stream of HTTP/2 that is asked for; of connections of HTTP/1.1 {@link TargetPoolTest} tells. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class AskTest {
    private Vertx vertx;
    private HttpClientAgent client;
    private HttpServer server;
    private Context loop;

    @BeforeEach
    void start() throws Exception {
        vertx = Vertx.vertx();
        client = vertx.createHttpClient(
                new HttpClientOptions().setProtocolVersion(HttpVersion.HTTP_2).setHttp2ClearTextUpgrade(false));
        server = vertx.createHttpServer()
                .requestHandler(request -> request.response().end())
                .listen(0, "127.0.0.1")
                .toCompletionStage()
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS);
        loop = vertx.getOrCreateContext();
    }

    @AfterEach
    void stop() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    /** Writes down what it hears. */
    private static final class Heard extends Ask {
        private final List<String> said = new CopyOnWriteArrayList<>();
        private final CompletableFuture<List<String>> all = new CompletableFuture<>();

        @Override
        protected void connected(TargetRequest request) {
            said.add("connected");
            request.abandon();
            all.complete(said);
        }

        @Override
        protected void failed(Throwable cause) {
            said.add("failed");
            all.complete(said);
        }

        @Override
        protected void settled() {
            said.add("settled");
            if (said.contains("cancelled")) {
                all.complete(said);
            }
        }
    }

    private List<String> said(int port, boolean isCancelled) throws Exception {
        var heard = new Heard();
        loop.runOnContext(now -> {
            client.request(new RequestOptions().setHost("127.0.0.1").setPort(port))
                    .onComplete(heard);
            if (isCancelled) {
                heard.said.add("cancelled");
                heard.cancel();
                heard.said.add("gone");
            }
        });
        return heard.all.get(10, TimeUnit.SECONDS);
    }

    @Test
    void who_gets_one_is_settled_first() throws Exception {
        assertThat(said(server.actualPort(), false)).containsExactly("settled", "connected");
    }

    @Test
    void so_is_who_gets_none() throws Exception {
        server.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
        assertThat(said(server.actualPort(), false)).containsExactly("settled", "failed");
    }

    @Test
    void who_has_cancelled_is_settled_only_when_nothing_is_on_its_way_any_more() throws Exception {
        assertThat(said(server.actualPort(), true)).containsExactly("cancelled", "gone", "settled");
    }
}
