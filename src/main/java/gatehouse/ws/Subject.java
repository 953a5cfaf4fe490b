package gatehouse.ws;

import gatehouse.config.TopicsConfig;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A topic on this node: its last messages, once for all who listen. Who listens is nudged and then reads behind what it has seen, as
 * fast as its client takes it; what is not there any more by then is skipped. Thread-safe.
 */
final class Subject {
    private final String name;
    private final ArrayDeque<Event> kept = new ArrayDeque<>();
    private final Set<Runnable> listening = ConcurrentHashMap.newKeySet();
    private long number;
    private long bytes;
    private volatile long usedAt = System.nanoTime();

    Subject(String name) {
        this.name = name;
    }

    String name() {
        return name;
    }

    /** One more message. */
    void add(String id, String text, TopicsConfig config) {
        var content = text.getBytes(StandardCharsets.UTF_8);
        if (content.length > config.message().bytes()) {
            return;
        }
        synchronized (this) {
            kept.add(new Event(++number, id, content));
            bytes += content.length;
            while (kept.size() > 1
                    && (kept.size() > config.replay()
                            || bytes > config.replayBytes().bytes())) {
                bytes -= kept.remove().text().length;
            }
        }
        listening.forEach(Runnable::run);
    }

    /** The first message behind a number that is still there; null where there is none. */
    synchronized @Nullable Event after(long seen) {
        if (seen >= number) {
            return null;
        }
        for (var event : kept) {
            if (event.number() > seen) {
                return event;
            }
        }
        return null;
    }

    /** The number of the newest message. */
    synchronized long newest() {
        return number;
    }

    /** The number of the message with an id; the newest's where that is not there. */
    synchronized long numberOf(@Nullable String id) {
        if (id != null) {
            for (var event : kept) {
                if (event.id().equals(id)) {
                    return event.number();
                }
            }
        }
        return number;
    }

    /** Calls this for each message, on any thread. */
    void listen(Runnable nudge) {
        usedAt = System.nanoTime();
        listening.add(nudge);
    }

    void leave(Runnable nudge) {
        listening.remove(nudge);
        usedAt = System.nanoTime();
    }

    /** Somebody wants it, here or elsewhere. */
    void use() {
        usedAt = System.nanoTime();
    }

    boolean hasListeners() {
        return !listening.isEmpty();
    }

    long usedAt() {
        return usedAt;
    }
}
