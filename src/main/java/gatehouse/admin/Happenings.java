package gatehouse.admin;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/** The events of a node, for as long as the node lives: who watches them over a verticle that has ended still does. Thread-safe. */
public final class Happenings {
    private @Nullable Future<Events> begun;

    /** None yet. */
    public Happenings() {}

    /**
     * The events; those that happen from now on at least.
     *
     * @param port on whose loop they are kept
     * @param keep how many are kept
     */
    synchronized Future<Events> begin(Vertx vertx, AdminPort port, IntSupplier keep) {
        if (begun == null) {
            var events = new Events(keep);
            Promise<Events> promise = Promise.promise();
            port.loop().runOnContext(go -> events.begin(vertx).map(events).onComplete(promise));
            begun = promise.future().onFailure(cause -> forget());
        }
        return begun;
    }

    private synchronized void forget() {
        begun = null;
    }
}
