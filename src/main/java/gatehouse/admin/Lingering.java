package gatehouse.admin;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Requests whose answers take long on purpose, so that they end in order when the node does: those that wait for a change at the
 * announcement of the end, streams last. Confined to one event loop.
 */
final class Lingering {
    private final Set<Runnable> waiting = new LinkedHashSet<>();
    private final Set<Runnable> streams = new LinkedHashSet<>();
    private boolean ending;

    /** Whether the end was announced, so that nobody may begin to wait. */
    boolean isEnding() {
        return ending;
    }

    /** Calls {@code answer} at the announcement of the end, unless it {@link #leaves} before. */
    void waits(Runnable answer) {
        waiting.add(answer);
    }

    /** Calls {@code end} when nobody serves any more, unless it {@link #leaves} before. */
    void streams(Runnable end) {
        streams.add(end);
    }

    void leaves(Runnable whichever) {
        waiting.remove(whichever);
        streams.remove(whichever);
    }

    /** The node ends: who waits is answered. */
    void announceEnd() {
        ending = true;
        List.copyOf(waiting).forEach(Runnable::run);
    }

    /** Ends whatever there is. */
    void endAll() {
        List.copyOf(waiting).forEach(Runnable::run);
        List.copyOf(streams).forEach(Runnable::run);
    }
}
