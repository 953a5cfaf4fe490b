package gatehouse.demo;

import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.VerticleBase;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;
import io.vertx.grpc.server.GrpcServer;
import java.net.BindException;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A small HTTP server on the loopback address, to try a gateway with. Its configuration is {@code {"port": 9000}}.
 *
 * <ul>
 *   <li>{@code /hello} greets
 *   <li>{@code /echo} tells what came: method, path, query, headers and size of the body, as JSON
 *   <li>{@code /slow?ms=200} answers after that time, at most 10 s
 *   <li>{@code /status/503} answers with that status
 *   <li>{@code helloworld.Greeter} greets over gRPC
 *   <li>{@code /stream?kib=1024} sends that much, at most 1 GiB, as fast as it is read
 * </ul>
 */
public final class DemoUpstreamVerticle extends VerticleBase {
    private static final Logger LOG = LoggerFactory.getLogger(DemoUpstreamVerticle.class);
    private static final int USUAL_PORT = 9000;
    private static final long MAX_WAIT_MILLIS = 10_000;
    private static final long MAX_KIB = 1024 * 1024;
    private static final Buffer KIB = oneKib();

    private @Nullable GrpcServer greeter;
    private volatile int port;

    private static Buffer oneKib() {
        var bytes = new byte[1024];
        Arrays.fill(bytes, (byte) '.');
        bytes[bytes.length - 1] = '\n';
        return Buffer.buffer(bytes);
    }

    @Override
    public Future<HttpServer> start() {
        int wanted = config().getInteger("port", USUAL_PORT);
        return vertx.createHttpServer(new HttpServerOptions().setHttp2ClearTextEnabled(true))
                .requestHandler(this::handle)
                .listen(wanted, "127.0.0.1")
                .recover(e -> Future.failedFuture(notTaken(wanted, e)))
                .onSuccess(server -> {
                    port = server.actualPort();
                    LOG.info("demo upstream on 127.0.0.1:{}", port);
                });
    }

    /** What the system says of a port that is taken does not name it. */
    private static BindException notTaken(int port, Throwable cause) {
        var named = new BindException("127.0.0.1:" + port + " can't be listened on: " + cause.getMessage());
        named.initCause(cause);
        return named;
    }

    /** Where it listens, once it is deployed; the system's choice with port 0. */
    int port() {
        return port;
    }

    /** Made when it is first asked, so that a start does not wait for it. */
    private GrpcServer greeter() {
        if (greeter == null) {
            greeter = Greeter.server(vertx);
        }
        return greeter;
    }

    private void handle(HttpServerRequest request) {
        var type = request.getHeader("content-type");
        if (type != null && type.startsWith("application/grpc")) {
            greeter().handle(request);
            return;
        }
        var path = request.path() == null ? "/" : request.path();
        if (path.equals("/hello")) {
            text(request.response(), 200, "Hello from the demo upstream.\n");
        } else if (path.equals("/echo")) {
            echo(request, path);
        } else if (path.equals("/slow")) {
            slow(request);
        } else if (path.equals("/stream")) {
            stream(request);
        } else if (path.startsWith("/status/")) {
            status(request, path.substring("/status/".length()));
        } else {
            text(request.response(), 404, "The demo has /hello, /echo, /slow, /status/{code} and /stream.\n");
        }
    }

    private static void text(HttpServerResponse response, int status, String text) {
        response.setStatusCode(status).putHeader("Content-Type", "text/plain; charset=utf-8");
        response.end(text);
    }

    /** Counts the body instead of keeping it, so that its size does not matter. */
    private static void echo(HttpServerRequest request, String path) {
        var size = new AtomicLong();
        request.handler(bytes -> size.addAndGet(bytes.length()));
        request.endHandler(end -> {
            var body = new JsonObject()
                    .put("method", request.method().name())
                    .put("path", path)
                    .put("query", request.query())
                    .put("headers", headers(request.headers()))
                    .put("bodyBytes", size.get());
            request.response().putHeader("Content-Type", "application/json").end(body.encodePrettily() + "\n");
        });
    }

    private static JsonObject headers(MultiMap fields) {
        var headers = new JsonObject();
        fields.names().forEach(name -> headers.put(name, String.join(", ", fields.getAll(name))));
        return headers;
    }

    private void slow(HttpServerRequest request) {
        var millis = number(request.getParam("ms"), 1_000, MAX_WAIT_MILLIS);
        if (millis < 0) {
            text(request.response(), 400, "ms is a number of milliseconds up to " + MAX_WAIT_MILLIS + ".\n");
            return;
        }
        var timer = vertx.setTimer(
                Math.max(1, millis), fired -> text(request.response(), 200, "That took at least " + millis + " ms.\n"));
        request.response().closeHandler(closed -> vertx.cancelTimer(timer));
    }

    private static void status(HttpServerRequest request, String code) {
        var status = number(code, -1, 599);
        if (status < 200) {
            text(request.response(), 400, "A status is a number from 200 to 599.\n");
            return;
        }
        text(request.response(), (int) status, "Status " + status + ", as asked for.\n");
    }

    private static void stream(HttpServerRequest request) {
        var kib = number(request.getParam("kib"), 64, MAX_KIB);
        if (kib < 0) {
            text(request.response(), 400, "kib is a number up to " + MAX_KIB + ".\n");
            return;
        }
        var response = request.response().setChunked(true).putHeader("Content-Type", "text/plain; charset=utf-8");
        send(response, new AtomicLong(kib));
    }

    /** Sends until the client's buffers are full, and goes on when they have room again. */
    private static void send(HttpServerResponse response, AtomicLong left) {
        while (left.get() > 0) {
            if (response.writeQueueFull()) {
                response.drainHandler(drained -> send(response, left));
                return;
            }
            left.decrementAndGet();
            response.write(KIB);
        }
        response.end();
    }

    /** A number from 0 to a limit; -1 for anything else. */
    private static long number(@Nullable String text, long byDefault, long most) {
        if (text == null) {
            return byDefault;
        }
        try {
            var number = Long.parseLong(text);
            return number < 0 || number > most ? -1 : number;
        } catch (NumberFormatException e) {
            return -1;
        }
    }
}
