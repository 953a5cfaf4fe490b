package gatehouse.admin;

import gatehouse.bus.Topic;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The last things that happened on this node, numbered without a gap, for those who watch. It hears of them as everybody does, at
 * the topics of the event bus, and needs not know what they mean. Confined to one event loop.
 */
final class Events {
    /** What is shown, by address: the name of the event. */
    private static final Map<String, String> TOPICS = Map.of(
            "gatehouse.config.changed",
            "config",
            "gatehouse.health.changed",
            "health",
            "gatehouse.breaker.changed",
            "breaker",
            "gatehouse.cache.purge",
            "purge",
            "gatehouse.registry.changed",
            "registry",
            "gatehouse.cluster.changed",
            "cluster",
            AdminChange.TOPIC.address(),
            "admin");

    private final IntSupplier keep;
    private final String run = Long.toString(System.currentTimeMillis(), Character.MAX_RADIX);
    private final ArrayDeque<Event> kept = new ArrayDeque<>();
    private final Set<Runnable> watchers = new LinkedHashSet<>();
    private long last;

    /**
     * Something that happened.
     *
     * @param number one more than that of the one before
     * @param name kind of it
     * @param data what was told
     */
    record Event(long number, String name, JsonObject data) {}

    /**
     * @param keep how many are kept
     */
    Events(IntSupplier keep) {
        this.keep = keep;
    }

    /** Completes once it hears of what happens. */
    Future<?> begin(Vertx vertx) {
        var ready = new ArrayList<Future<Void>>();
        TOPICS.forEach((address, name) -> ready.add(
                Topic.overhear(vertx, address, told -> add(name, told)).ready()));
        return Future.all(ready);
    }

    private void add(String name, JsonObject data) {
        last++;
        kept.addLast(new Event(last, name, data));
        while (kept.size() > keep.getAsInt()) {
            kept.removeFirst();
        }
        List.copyOf(watchers).forEach(Runnable::run);
    }

    /** Number of the last event. */
    long last() {
        return last;
    }

    /** Number of the event before the oldest one that is kept. */
    long before() {
        return last - kept.size();
    }

    /** The kept events after a number. */
    List<Event> since(long number) {
        return kept.stream().filter(event -> event.number > number).toList();
    }

    /** What a client names as the last event it had. */
    String id(long number) {
        return run + "-" + number;
    }

    /** The number that a client names; null where it is none of those that are kept, or the last before them. */
    @Nullable Long number(String id) {
        var prefix = run + "-";
        var number = id.startsWith(prefix) ? Queries.wholeNumber(id.substring(prefix.length())) : null;
        return number == null || number > last || number < before() ? null : number;
    }

    /** Calls {@code nudge} after each event until {@link #leave}. */
    void watch(Runnable nudge) {
        watchers.add(nudge);
    }

    void leave(Runnable nudge) {
        watchers.remove(nudge);
    }

    /** How many watch. */
    int watching() {
        return watchers.size();
    }
}
