package gatehouse.redis;

import gatehouse.cluster.Commons;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.redis.client.Response;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Responses and leases that nodes with the same Redis have in common. */
final class RedisCommons implements Commons {
    private static final String LEASE = "gw:lease:";
    private static final String NUMBER = "gw:number:";
    private static final String VALUE = "gw:value:";

    private final RedisLink link;

    RedisCommons(RedisLink link) {
        this.link = link;
    }

    private Future<Response> run(Script script, List<String> keys, Object... arguments) {
        return link.run(script, keys, arguments);
    }

    @Override
    public Future<List<@Nullable Value>> read(List<String> keys) {
        return run(Script.READ, keys.stream().map(VALUE::concat).toList()).map(all -> {
            List<@Nullable Value> found = new ArrayList<>(keys.size());
            for (var each : all) {
                found.add(
                        each.size() < 3
                                ? null
                                : new Value(
                                        each.get(0).toLong(),
                                        each.get(1).toBuffer(),
                                        Duration.ofMillis(each.get(2).toLong())));
            }
            return found;
        });
    }

    @Override
    public Future<Boolean> commit(String key, long number, Buffer bytes, Duration life) {
        return run(Script.COMMIT, List.of(VALUE + key), number, bytes, life.toMillis())
                .map(done -> done.toInteger() == 1);
    }

    @Override
    public Future<Lease> acquire(String key, long above, Duration life) {
        return run(Script.ACQUIRE, List.of(LEASE + key, NUMBER + key), above, life.toMillis())
                .map(answer -> new Lease(
                        answer.get(0).toInteger() == 1,
                        answer.get(1).toLong(),
                        Duration.ofMillis(Math.max(0, answer.get(2).toLong()))));
    }

    @Override
    public Future<Boolean> extend(String key, long number, Duration life) {
        return run(Script.EXTEND, List.of(LEASE + key), number, life.toMillis()).map(done -> done.toInteger() == 1);
    }

    @Override
    public Future<Void> release(String key, long number) {
        return run(Script.RELEASE, List.of(LEASE + key), number).mapEmpty();
    }
}
