package gatehouse.ws;

import gatehouse.config.TopicsConfig;
import gatehouse.redis.TopicLog;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A topic on this node: its last messages, once for all who listen. Who listens is nudged and then reads behind what it has seen, as
 * fast as its client takes it; what is not there any more by then is skipped. Thread-safe.
 */
final class Subject {
    /** The number before the first; what is older than the node's own has numbers below. */
    private static final long BEGIN = 1L << 40;

    /** How late the event bus may be with a message that was read elsewhere. */
    private static final long LATE_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final String name;
    private final ArrayDeque<Event> kept = new ArrayDeque<>();
    private final Set<Runnable> listening = ConcurrentHashMap.newKeySet();
    private final Promise<Void> ready = Promise.promise();
    private Set<String> told = Set.of();
    private long toldUntil;
    private long number = BEGIN;
    private long bytes;
    private int holders;
    private boolean forgotten;
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
            if (wasTold(id)) {
                return;
            }
            kept.add(new Event(++number, id, content));
            bytes += content.length;
            trim(config);
        }
        listening.forEach(Runnable::run);
    }

    private void trim(TopicsConfig config) {
        while (kept.size() > 1
                && (kept.size() > config.replay()
                        || bytes > config.replayBytes().bytes())) {
            bytes -= kept.remove().text().length;
        }
    }

    /** Whether the event bus is late with what was read elsewhere. */
    private boolean wasTold(String id) {
        if (!told.isEmpty() && System.nanoTime() - toldUntil > 0) {
            told = Set.of();
        }
        return told.contains(id);
    }

    /** Puts what was pushed before this node listened where it belongs, before all that is here. */
    synchronized void remember(List<TopicLog.Message> before, TopicsConfig config) {
        var here = new HashSet<String>();
        kept.forEach(event -> here.add(event.id()));
        told = new HashSet<>();
        toldUntil = System.nanoTime() + LATE_NANOS;
        var next = BEGIN;
        for (var i = before.size() - 1; i >= 0; i--) {
            var message = before.get(i);
            told.add(message.id());
            if (!here.contains(message.id())) {
                var event = new Event(next--, message.id(), message.text().getBytes(StandardCharsets.UTF_8));
                kept.addFirst(event);
                bytes += event.text().length;
            }
        }
        trim(config);
    }

    /** What was pushed before is here, or can't be had. */
    void isReady() {
        ready.tryComplete();
    }

    /** Completes, on any thread, once what was pushed before is here or can't be had. */
    Future<Void> ready() {
        return ready.future();
    }

    /** The first message behind a number that is still there; null where there is none. */
    synchronized @Nullable Event after(long seen) {
        if (seen >= number) {
            return null;
        }
        if (number - seen < kept.size() / 2) { // numbers follow each other
            return fromEnd(seen);
        }
        for (var event : kept) {
            if (event.number() > seen) {
                return event;
            }
        }
        return null;
    }

    /** Most who listen have seen all but the newest. */
    private @Nullable Event fromEnd(long seen) {
        Event first = null;
        for (var from = kept.descendingIterator(); from.hasNext(); ) {
            var event = from.next();
            if (event.number() <= seen) {
                break;
            }
            first = event;
        }
        return first;
    }

    /** The number of the newest message. */
    synchronized long newest() {
        return number;
    }

    /**
     * The number of the message with an id. Where that is not there any more, of the last one that is older, if the id tells its
     * time; else the newest's.
     */
    synchronized long numberOf(@Nullable String id) {
        if (id == null) {
            return number;
        }
        for (var event : kept) {
            if (event.id().equals(id)) {
                return event.number();
            }
        }
        var time = Event.timeOf(id);
        if (time >= 0) {
            for (var event : kept) {
                if (Event.timeOf(event.id()) >= time) {
                    return event.number() - 1;
                }
            }
        }
        return number;
    }

    /** Calls this for each message, on any thread. */
    void listen(Runnable nudge) {
        listening.add(nudge);
    }

    void leave(Runnable nudge) {
        listening.remove(nudge);
    }

    /**
     * One more client is about to listen; {@link #letGo} ends that.
     *
     * @return false where it was forgotten, and nothing comes any more
     */
    synchronized boolean hold() {
        if (!forgotten) {
            holders++;
        }
        return !forgotten;
    }

    synchronized void letGo() {
        holders--;
        usedAt = System.nanoTime();
    }

    synchronized boolean isHeld() {
        return holders > 0;
    }

    /** Whether it is of no use any more, as nobody has held it for so long; then nobody will. */
    synchronized boolean forget(long now, long keepNanos) {
        forgotten |= holders == 0 && now - usedAt >= keepNanos;
        return forgotten;
    }

    synchronized boolean hasMessages() {
        return !kept.isEmpty();
    }

    /** Somebody wants it, here or elsewhere. */
    void use() {
        usedAt = System.nanoTime();
    }

    long usedAt() {
        return usedAt;
    }
}
