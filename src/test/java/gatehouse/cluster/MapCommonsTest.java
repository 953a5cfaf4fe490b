package gatehouse.cluster;

import gatehouse.config.ClusterConfig;
import gatehouse.config.ListenAddress;
import gatehouse.config.Size;
import gatehouse.testing.TestGateway;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;

/** The same between two members. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class MapCommonsTest extends CommonsTest {
    private static Joined one;
    private static Joined other;
    private static Vertx vertxOne;
    private static Vertx vertxOther;

    @BeforeAll
    static void start() throws Exception {
        one = Joined.join(settings(), "one");
        vertxOne = vertx(one);
        other = Joined.join(settings(one.address()), "other");
        vertxOther = vertx(other);
    }

    private static ClusterConfig settings(String... seeds) {
        return new ClusterConfig(
                true,
                ListenAddress.parse("127.0.0.1:0"),
                0,
                Arrays.stream(seeds).map(ListenAddress::parse).toList(),
                "of these two members alone",
                Duration.ofSeconds(5),
                Duration.ofSeconds(2),
                Size.parse("16MiB"));
    }

    private static Vertx vertx(Joined joined) throws Exception {
        var options = new VertxOptions().setEventLoopPoolSize(1);
        joined.wire(options);
        var made = TestGateway.await(Vertx.builder()
                .with(options)
                .withClusterManager(joined.manager())
                .buildClustered());
        joined.begin(made);
        return made;
    }

    @AfterAll
    static void end() throws Exception {
        TestGateway.await(vertxOther.close());
        other.close();
        TestGateway.await(vertxOne.close());
        one.close();
    }

    @Override
    protected Commons one() {
        return one.commons();
    }

    @Override
    protected Commons other() {
        return other.commons();
    }

    @Override
    protected Duration span() {
        return Duration.ofMillis(250);
    }

    @Override
    protected void pass(Duration time) {
        wait(time);
    }
}
