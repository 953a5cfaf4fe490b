package gatehouse.cluster;

import gatehouse.bus.Topic;
import io.vertx.core.Future;
import java.util.concurrent.TimeUnit;

/** What tests of members say and wait for. */
final class Nodes {
    private Nodes() {}

    /** What is said to all. */
    record Word(String word) {
        static final Topic<Word> TOPIC = Topic.of("test.word", Word.class);
    }

    static <T> T await(Future<T> future) {
        return future.toCompletionStage()
                .toCompletableFuture()
                .orTimeout(30, TimeUnit.SECONDS)
                .join();
    }
}
