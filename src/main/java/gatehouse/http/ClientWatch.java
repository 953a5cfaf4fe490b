package gatehouse.http;

import gatehouse.exchange.BrokenBody;
import gatehouse.exchange.Exchange;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.http.StreamResetException;
import java.io.IOException;

/** Notices that a client has left, or sends what is no body, while its exchange is under way. */
final class ClientWatch {
    private ClientWatch() {}

    /** Watches until the exchange ends. */
    static void on(Exchange exchange, Connection connection) {
        var response = exchange.response();
        // until somebody reads the body and takes this over
        exchange.request().exceptionHandler(cause -> {
            if (!saysGone(cause)) {
                bodyBroke(exchange, connection, cause);
            }
        });
        response.exceptionHandler(cause -> {
            // anything else is about a body that can't be read, which its reader answers
            if (saysGone(cause)) {
                exchange.clientLeft();
            }
        });
        response.closeHandler(closed -> {
            if (!response.ended()) {
                exchange.clientLeft();
            }
        });
    }

    private static boolean saysGone(Throwable cause) {
        return cause instanceof HttpClosedException
                || cause instanceof StreamResetException
                || cause instanceof IOException;
    }

    /** A body that can't be read, seen before anybody has begun to read it; Vert.x closes right after this. */
    private static void bodyBroke(Exchange exchange, Connection connection, Throwable cause) {
        if (exchange.clientGone() || exchange.response().headWritten()) {
            return;
        }
        var unused = ReplyWriter.send(exchange, BrokenBody.problem(cause));
        connection.flush();
        exchange.clientLeft();
    }
}
