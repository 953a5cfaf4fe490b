package gatehouse.cluster;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Few values by key that nodes have in common, each for a while. An answer may take long. Thread-safe. */
public interface Records {
    /** The value of a key, or null. */
    Future<@Nullable Buffer> get(String key);

    /** Sets a value for so long. */
    Future<Void> put(String key, Buffer value, Duration life);

    /** All that there is now. */
    Future<Map<String, Buffer>> entries();
}
