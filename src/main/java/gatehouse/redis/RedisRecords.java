package gatehouse.redis;

import gatehouse.cluster.Records;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Values that nodes with the same Redis have in common, which stay there when all nodes have gone. */
final class RedisRecords implements Records {
    private final RedisLink link;
    private final List<String> keys;

    RedisRecords(RedisLink link, String name) {
        this.link = link;
        keys = List.of("gw:" + name, "gw:" + name + ":ends");
    }

    @Override
    public Future<@Nullable Buffer> get(String key) {
        return link.run(Script.LOOK, keys, key).map(found -> found == null ? null : found.toBuffer());
    }

    @Override
    public Future<Void> put(String key, Buffer value, Duration life) {
        return link.run(Script.KEEP, keys, key, value, life.toMillis()).mapEmpty();
    }

    @Override
    public Future<Map<String, Buffer>> entries() {
        return link.run(Script.ALL, keys).map(found -> {
            Map<String, Buffer> entries = new HashMap<>();
            for (var i = 0; i + 1 < found.size(); i += 2) {
                entries.put(found.get(i).toString(), found.get(i + 1).toBuffer());
            }
            return entries;
        });
    }
}
