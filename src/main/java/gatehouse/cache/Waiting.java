package gatehouse.cache;

import io.vertx.core.Context;

/** Waits for a while, or for word of something new where nodes share. Confined to one event loop, but where it says so. */
final class Waiting {
    private final SharedTier tier;
    private final Context context;
    private final Runnable over;
    private String id = "";
    private long timer = -1;

    /**
     * @param over told when the wait is over
     */
    Waiting(SharedTier tier, Runnable over) {
        this.tier = tier;
        this.over = over;
        context = tier.vertx().getOrCreateContext();
    }

    /**
     * Begins.
     *
     * @param what what it may hear of
     */
    void begin(String what, long nanos) {
        id = what;
        tier.await(id, this);
        timer = tier.vertx().setTimer(Math.max(1, nanos / 1_000_000), due -> end());
    }

    /** There is word of something new; from any thread. */
    void hinted() {
        context.runOnContext(told -> {
            if (timer >= 0) {
                tier.vertx().cancelTimer(timer);
                end();
            }
        });
    }

    private void end() {
        timer = -1;
        tier.leave(id, this);
        over.run();
    }
}
