package gatehouse.forward;

import gatehouse.service.Target;
import org.jspecify.annotations.Nullable;

/**
 * What a request holds while it is at a target: its place in the counts of target and service, and the connections' client.
 * Confined to its event loop.
 */
final class Seat {
    private final Target target;
    private final HeldServices.Held held;
    private Places.@Nullable Busy place;
    private boolean atPool;
    private boolean left;

    Seat(Target target, HeldServices.Held held) {
        this.target = target;
        this.held = held;
    }

    /** Takes it; there must be room. */
    void take() {
        target.acquire();
        held.hold();
        place = held.admission().begin(target);
    }

    /** The pool is asked for a connection. The place is taken until the pool has answered, even if nobody wants it then. */
    void asking() {
        atPool = true;
    }

    /** The pool has answered. */
    void poolAnswered() {
        atPool = false;
        if (left) {
            freePlace();
        }
    }

    /** The request is not at the target any more. Nobody else gets its place before {@link #leave}. */
    void endAtTarget() {
        target.release();
    }

    /** Gives up all of it; others may get its place at once. */
    void leave() {
        left = true;
        if (!atPool) {
            freePlace();
        }
        held.release();
    }

    private void freePlace() {
        var mine = place;
        if (mine != null) {
            place = null;
            held.admission().end(mine);
        }
    }
}
