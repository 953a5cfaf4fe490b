package gatehouse.cluster;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.shareddata.AsyncMap;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A map of bytes by name whose entries end by themselves. Lifetimes are exact to a second where members share it. An answer may
 * take as long as a member's silence is waited for, so who serves a request sets a deadline of his own.
 */
public final class SharedMap implements Records {
    private final Future<AsyncMap<String, Buffer>> opening;
    private final Replacing replacing;

    SharedMap(Future<AsyncMap<String, Buffer>> opening, Replacing replacing) {
        this.opening = opening;
        this.replacing = replacing;
    }

    /** How a map of this kind sets another value for so long where one stands. */
    @FunctionalInterface
    interface Replacing {
        Future<Boolean> replace(AsyncMap<String, Buffer> map, String key, Buffer value, Buffer next, long lifeMillis);
    }

    @Override
    public Future<@Nullable Buffer> get(String key) {
        return opening.compose(map -> map.get(key));
    }

    @Override
    public Future<Void> put(String key, Buffer value, Duration life) {
        return opening.compose(map -> map.put(key, value, wholeSeconds(life)));
    }

    /**
     * Sets a value for so long where there is none.
     *
     * @return the value that stands there instead, or null where it was set
     */
    public Future<@Nullable Buffer> putIfAbsent(String key, Buffer value, Duration life) {
        return opening.compose(map -> map.putIfAbsent(key, value, wholeSeconds(life)));
    }

    /** Sets another value for so long where this one stands. */
    public Future<Boolean> replace(String key, Buffer value, Buffer next, Duration life) {
        return opening.compose(map -> replacing.replace(map, key, value, next, wholeSeconds(life)));
    }

    @Override
    public Future<Map<String, Buffer>> entries() {
        return opening.compose(AsyncMap::entries);
    }

    /** Removes whatever stands there. */
    public Future<Void> remove(String key) {
        return opening.compose(map -> map.remove(key)).mapEmpty();
    }

    /** Up, as members share seconds only, and 0 would mean without end. */
    private static long wholeSeconds(Duration life) {
        return Math.max(1, (life.toMillis() + 999) / 1000) * 1000;
    }
}
