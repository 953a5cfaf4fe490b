package gatehouse.cluster;

import gatehouse.bus.Topic;
import gatehouse.config.ClusterConfig;
import gatehouse.config.ListenAddress;
import gatehouse.config.Size;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Members in one process. */
final class Nodes {
    static final String SECRET = "what only members know";

    private Nodes() {}

    /** What is said to all. */
    record Word(String word) {
        static final Topic<Word> TOPIC = Topic.of("test.word", Word.class);
    }

    static ClusterConfig settings(String secret, String... seeds) {
        return new ClusterConfig(
                true,
                ListenAddress.parse("127.0.0.1:0"),
                0,
                List.of(seeds).stream().map(ListenAddress::parse).toList(),
                secret,
                Duration.ofSeconds(5),
                Duration.ofSeconds(2),
                Size.parse("16MiB"));
    }

    static Vertx vertx(Joined joined) {
        var options = new VertxOptions().setEventLoopPoolSize(1);
        joined.wire(options);
        var made = await(Vertx.builder()
                .with(options)
                .withClusterManager(joined.manager())
                .buildClustered());
        joined.begin(made);
        return made;
    }

    static <T> T await(Future<T> future) {
        return future.toCompletionStage()
                .toCompletableFuture()
                .orTimeout(30, TimeUnit.SECONDS)
                .join();
    }
}
