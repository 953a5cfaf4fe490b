package gatehouse.launch;

import gatehouse.problem.Problem;
import io.vertx.core.Future;
import java.util.concurrent.Callable;

/** Changes of a node, one after another: each begins when the one before has ended, well or not. Thread-safe. */
final class InTurn {
    private Future<Void> last = Future.succeededFuture();
    private volatile boolean over;

    synchronized Future<Void> run(Callable<Future<Void>> work) {
        last = last.transform(before -> {
            if (over) {
                return Future.failedFuture(
                        Problem.conflict("The node is ending.").asFailure());
            }
            try {
                return work.call();
            } catch (Exception e) {
                return Future.failedFuture(e);
            }
        });
        return last;
    }

    /** Whether none begins any more. */
    boolean isOver() {
        return over;
    }

    /** Lets none begin any more; completes when the one under way has ended, well or not. */
    synchronized Future<Void> end() {
        over = true;
        return last.otherwiseEmpty();
    }
}
