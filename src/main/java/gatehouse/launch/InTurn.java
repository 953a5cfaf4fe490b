package gatehouse.launch;

import io.vertx.core.Future;
import java.util.concurrent.Callable;

/** Changes of a node, one after another: each begins when the one before has ended, well or not. Thread-safe. */
final class InTurn {
    private Future<Void> last = Future.succeededFuture();

    synchronized Future<Void> run(Callable<Future<Void>> work) {
        last = last.transform(before -> {
            try {
                return work.call();
            } catch (Exception e) {
                return Future.failedFuture(e);
            }
        });
        return last;
    }
}
