package gatehouse.grpc;

import gatehouse.exchange.Exchange;
import gatehouse.exchange.GrpcFrames;
import gatehouse.exchange.Reply;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerResponse;

/** The messages of an answer, looked at while they pass; at its end there is a status, whatever the service says. */
final class CallBody implements Reply.Body {
    private final Reply.Body source;
    private final GrpcFrames frames;

    CallBody(Reply.Body source, GrpcFrames frames) {
        this.source = source;
        this.frames = frames;
    }

    @Override
    public Future<Void> sendTo(Exchange exchange) {
        var response = exchange.response();
        var isStatusOnly = response.headers().contains(GrpcDialect.STATUS); // or says to be
        exchange.outflow().through((chunk, isLast) -> {
            frames.take(chunk);
            if (isLast && !isStatusOnly) {
                GrpcDialect.sound(exchange.trailers());
            }
            return chunk;
        });
        var sent = source.sendTo(exchange);
        if (!isStatusOnly) {
            beginSoon(response);
        }
        return sent;
    }

    /** Sends the head together with the first message, if that is here already; a dialogue may begin with the head alone. */
    static void beginSoon(HttpServerResponse response) {
        var context = Vertx.currentContext();
        if (context != null && !response.headWritten()) {
            context.runOnContext(read -> {
                if (!response.headWritten() && !response.ended() && !response.closed()) {
                    response.writeHead();
                }
            });
        }
    }

    @Override
    public void cancel() {
        source.cancel();
    }

    @Override
    public long length() {
        return -1;
    }
}
