package gatehouse.exchange;

import io.vertx.core.Future;
import io.vertx.core.http.HttpServerResponse;

/**
 * A body that becomes another one on its way out; its length is not known before its end.
 *
 * @param source where it comes from
 * @param reshaping what is made of it
 */
public record ReshapedBody(Reply.Body source, Reshaping reshaping) implements Reply.Body {
    @Override
    public Future<Void> sendTo(Exchange exchange, HttpServerResponse response) {
        exchange.outflow().through(reshaping);
        return source.sendTo(exchange, response);
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
