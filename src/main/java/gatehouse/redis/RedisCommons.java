package gatehouse.redis;

import gatehouse.cluster.Commons;
import gatehouse.config.RedisConfig;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetClientOptions;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisOptions;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import io.vertx.redis.client.impl.types.ErrorType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** What nodes with the same Redis have in common. Its keys begin with {@code gw:}; each step is one script. */
public final class RedisCommons implements Commons, AutoCloseable {
    private static final String LEASE = "gw:lease:";
    private static final String NUMBER = "gw:number:";
    private static final String VALUE = "gw:value:";

    /** A connection on which nothing comes for so long is given up: perhaps nothing ever would. */
    private static final int SILENT_SECONDS = 10;

    private final Redis redis;
    private final Backoff backoff;

    private RedisCommons(Redis redis, Backoff backoff) {
        this.redis = redis;
        this.backoff = backoff;
    }

    /** Connects when it is first asked something. */
    public static RedisCommons open(Vertx vertx, RedisConfig config) {
        var net = new NetClientOptions()
                .setConnectTimeout((int) config.connect().toMillis())
                .setReadIdleTimeout(SILENT_SECONDS)
                .setIdleTimeoutUnit(TimeUnit.SECONDS)
                .setTcpKeepAlive(true)
                .setHostnameVerificationAlgorithm("HTTPS"); // which it is not by default
        var options = new RedisOptions()
                .setConnectionString(config.url())
                .setMaxPoolSize(config.pool())
                .setMaxPoolWaiting(config.waiting())
                .setMaxWaitingHandlers(config.waiting())
                .setNetClientOptions(net);
        return new RedisCommons(Redis.createClient(vertx, options), new Backoff(System::nanoTime));
    }

    private Future<Response> run(Script script, List<String> keys, Object... arguments) {
        if (!backoff.mayTry()) {
            return Future.failedFuture("Redis can't be reached");
        }
        return redis.send(request(Command.EVALSHA, script.digest(), keys, arguments))
                .recover(cause -> cause instanceof ErrorType error && error.is("NOSCRIPT")
                        ? redis.send(request(Command.EVAL, script.text(), keys, arguments))
                        : Future.failedFuture(cause))
                .onComplete(done -> backoff.came(done.succeeded() || done.cause() instanceof ErrorType));
    }

    private static Request request(Command command, String script, List<String> keys, Object... arguments) {
        var request = Request.cmd(command).arg(script).arg(keys.size());
        keys.forEach(request::arg);
        for (var argument : arguments) {
            if (argument instanceof Buffer bytes) {
                request.arg(bytes);
            } else {
                request.arg(argument.toString());
            }
        }
        return request;
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

    /** Ends all connections. */
    @Override
    public void close() {
        redis.close();
    }
}
