package gatehouse.service;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells in the log that requests to a service are refused for want of room: one line when that begins, one each few seconds
 * while it goes on, one when it is over. A refusal costs one increment.
 */
public final class Shedding {
    private static final Logger LOG = LoggerFactory.getLogger(Shedding.class);

    private final Vertx vertx;
    private final Context context;
    private final String service;
    private final Duration every;
    private final AtomicLong refused = new AtomicLong();
    private final AtomicBoolean told = new AtomicBoolean();
    private long inAll;
    private long periods;

    /**
     * @param context where the lines are written
     * @param every how often at most
     */
    Shedding(Vertx vertx, Context context, String service, Duration every) {
        this.vertx = vertx;
        this.context = context;
        this.service = service;
        this.every = every;
    }

    /** A request was refused. Callable from any thread. */
    public void refused() {
        refused.getAndIncrement();
        if (!told.getPlain() && told.compareAndSet(false, true)) {
            context.runOnContext(go -> begin());
        }
    }

    private void begin() {
        LOG.warn("service {} has no room: requests are answered 503", service);
        inAll = 0;
        periods = 0;
        vertx.setTimer(every.toMillis(), fired -> look());
    }

    private void look() {
        var now = refused.getAndSet(0);
        inAll += now;
        periods++;
        if (now > 0) {
            LOG.warn("service {} has no room: {} requests were answered 503 in {} ms", service, now, every.toMillis());
            vertx.setTimer(every.toMillis(), fired -> look());
            return;
        }
        told.set(false);
        LOG.info(
                "service {} has room again: {} requests were answered 503 within {} ms",
                service,
                inAll,
                (periods - 1) * every.toMillis());
        if (refused.get() > 0 && told.compareAndSet(false, true)) { // came between
            begin();
        }
    }
}
