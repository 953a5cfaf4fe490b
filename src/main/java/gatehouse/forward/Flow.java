package gatehouse.forward;

import gatehouse.exchange.Pace;

/**
 * How fast a body moves from its sender to its receiver, and who is to blame when it does not: as long as the receiver has no
 * room the time is the receiver's, else it is the sender's. A chunk costs one addition; all else is done by the sweep. Confined
 * to its event loop.
 */
abstract class Flow {
    /**
     * Bytes that a receiver may be behind without being slow. What it takes shows here only in large steps: the buffers on the
     * way (ours and the system's) say that they have room again when a good part of them is empty.
     */
    private static final long STEP = 64 * 1024;

    private boolean flows;
    private boolean held;
    private long began;
    private long since;
    private long bytes;
    private long sendersNanos;
    private long sendersBytes;
    private long receiversNanos;
    private long receiversBytes;

    /** The body begins to move. */
    final void begin(long now) {
        flows = true;
        began = now;
        since = now;
    }

    /** Begins as what goes on with another, which has ceased: the sender is held to what it did there too. */
    final void carryOn(Flow earlier) {
        began = earlier.began;
        sendersNanos = earlier.sendersNanos;
        sendersBytes = earlier.sendersBytes;
    }

    /** The body is over, or given up. */
    final void cease() {
        flows = false;
    }

    /** Whether it is neither over nor still to come. */
    final boolean flows() {
        return flows;
    }

    /** Bytes were handed to the receiver. */
    final void moved(int count) {
        bytes += count;
    }

    /** Bytes so far. */
    final long bytes() {
        return bytes;
    }

    /** The receiver has no room. */
    final void hold(long now) {
        settle(now);
        held = true;
    }

    /** The receiver has room. */
    final void go(long now) {
        settle(now);
        held = false;
    }

    /** Whether it takes longer than a request body may. */
    final boolean isLate(Pace pace, long now) {
        return flows && pace.bodyNanos() > 0 && now - began >= pace.bodyNanos();
    }

    /** Whether the sender has been too slow over the time that counts. Measured anew after each such time. */
    final boolean isSenderSlow(Pace pace, long now) {
        settle(now);
        if (!flows || pace.bytesPerSecond() == 0 || sendersNanos < pace.overNanos()) {
            return false;
        }
        if (bytes - sendersBytes < pace.leastBytes(sendersNanos)) {
            return true;
        }
        sendersNanos = 0;
        sendersBytes = bytes;
        return false;
    }

    /** Whether the receiver has been too slow over the time in which it held up the body. */
    final boolean isReceiverSlow(Pace pace, long now) {
        settle(now);
        if (!flows || pace.bytesPerSecond() == 0 || receiversNanos < pace.overNanos()) {
            return false;
        }
        var least = pace.leastBytes(receiversNanos);
        if (bytes - receiversBytes + STEP < least) {
            return true;
        }
        if (bytes - receiversBytes >= least) {
            receiversNanos = 0;
            receiversBytes = bytes;
        }
        return false;
    }

    /** When it may be too slow at the earliest, as things are now. */
    final long nextLookAt(Pace pace, long now) {
        if (!flows) {
            return Passage.never(now);
        }
        var next = Passage.never(now);
        if (pace.bytesPerSecond() > 0) {
            var left = pace.overNanos() - Math.max(sendersNanos, receiversNanos);
            next = now + Math.max(left, Deadlines.PERIOD_NANOS);
        }
        if (pace.bodyNanos() > 0 && now - began < pace.bodyNanos()) {
            next = Math.min(next, began + pace.bodyNanos());
        }
        return next;
    }

    private void settle(long now) {
        if (!flows) {
            return;
        }
        if (held) {
            receiversNanos += now - since;
        } else {
            sendersNanos += now - since;
        }
        since = now;
    }
}
