package gatehouse.redis;

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
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The connections of a node to a Redis. Keys of what is kept there begin with {@code gw:}; each step is one script. Thread-safe. */
final class RedisLink implements AutoCloseable {
    /** A connection on which nothing comes for so long is given up: perhaps nothing ever would. */
    private static final int SILENT_SECONDS = 10;

    private final Redis redis;
    private final Backoff backoff;

    private RedisLink(Redis redis, Backoff backoff) {
        this.redis = redis;
        this.backoff = backoff;
    }

    /** Connects when it is first asked something. */
    static RedisLink open(Vertx vertx, RedisConfig config) {
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
        return new RedisLink(Redis.createClient(vertx, options), new Backoff(System::nanoTime));
    }

    Future<Response> run(Script script, List<String> keys, Object... arguments) {
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

    /** Ends all connections. */
    @Override
    public void close() {
        redis.close();
    }
}
