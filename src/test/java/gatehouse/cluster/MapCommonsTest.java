package gatehouse.cluster;

import gatehouse.testing.Members;
import gatehouse.testing.TestGateway;
import io.vertx.core.Vertx;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;

/** The same between two members. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class MapCommonsTest extends CommonsTest {
    private static final String SECRET = "of these two members alone";

    private static Joined one;
    private static Joined other;
    private static Vertx vertxOne;
    private static Vertx vertxOther;

    @BeforeAll
    static void start() throws Exception {
        one = Joined.join(Members.settings(SECRET), "one");
        vertxOne = Members.vertx(one);
        other = Joined.join(Members.settings(SECRET, one.address()), "other");
        vertxOther = Members.vertx(other);
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
        return Duration.ofMillis(700);
    }

    @Override
    protected void pass(Duration time) {
        wait(time);
    }
}
