package gatehouse.listener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import gatehouse.testing.TestGateway;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class LaneShareTest {
    private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(3));
    private final Listeners listeners = new Listeners(vertx, 3);
    private final LaneShare<String> share = new LaneShare<>();
    private final Set<String> undone = ConcurrentHashMap.newKeySet();

    @AfterEach
    void close() throws Exception {
        TestGateway.await(vertx.close());
    }

    private Future<?> begin(int bad) {
        return share.begin(
                listeners.lanes(),
                0,
                1,
                lane -> {
                    if (lane.index() == bad) {
                        throw new IllegalStateException("no lane " + bad);
                    }
                    return "made " + lane.index();
                },
                (lane, made) -> {
                    undone.add(made);
                    return Future.succeededFuture();
                });
    }

    @Test
    void where_one_can_not_be_made_the_others_are_taken_back() throws Exception {
        assertThatThrownBy(() -> TestGateway.await(begin(1))).hasRootCauseMessage("no lane 1");
        assertThat(undone).containsExactlyInAnyOrder("made 0", "made 2");

        undone.clear();
        TestGateway.await(share.each((lane, made) -> undone.add(made)));
        assertThat(undone).isEmpty();
    }

    @Test
    void what_was_made_is_there_for_all_that_follows() throws Exception {
        TestGateway.await(begin(-1));
        TestGateway.await(share.each((lane, made) -> undone.add(made)));
        assertThat(undone).containsExactlyInAnyOrder("made 0", "made 1", "made 2");
    }
}
