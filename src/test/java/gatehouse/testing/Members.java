package gatehouse.testing;

import gatehouse.cluster.Joined;
import gatehouse.config.ClusterConfig;
import gatehouse.config.ListenAddress;
import gatehouse.config.Size;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Members of a cluster in one process. */
public final class Members {
    /** What they have in common where nothing else is said. */
    public static final String SECRET = "what only members know";

    private static final Duration SILENCE = Duration.ofSeconds(5);
    private static final Duration COMPARE = Duration.ofSeconds(2);

    private Members() {}

    /** One more member, on free ports of the loopback address. */
    public static Joined join(String name, String... seeds) {
        return Joined.join(settings(SECRET, seeds), name);
    }

    /** What a member on a free port of the loopback address is told. */
    public static ClusterConfig settings(String secret, String... seeds) {
        return settings("127.0.0.1:0", secret, SILENCE, seeds);
    }

    /**
     * What a member is told.
     *
     * @param silence after which one counts as gone
     * @param seeds addresses of others
     */
    public static ClusterConfig settings(String listen, String secret, Duration silence, String... seeds) {
        return new ClusterConfig(
                true,
                ListenAddress.parse(listen),
                0,
                Stream.of(seeds).map(ListenAddress::parse).toList(),
                secret,
                silence,
                COMPARE,
                Size.parse("16MiB"));
    }

    /** The Vert.x of a member, which begins with it; closing it does not end the membership. */
    public static Vertx vertx(Joined member) {
        var options = new VertxOptions().setEventLoopPoolSize(1);
        member.wire(options);
        var vertx = Vertx.builder()
                .with(options)
                .withClusterManager(member.manager())
                .buildClustered()
                .toCompletionStage()
                .toCompletableFuture()
                .orTimeout(30, TimeUnit.SECONDS)
                .join();
        member.begin(vertx);
        return vertx;
    }
}
