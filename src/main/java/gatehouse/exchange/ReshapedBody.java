package gatehouse.exchange;

import io.vertx.core.Future;

/**
 * A body that becomes another one on its way out; its length is not known before its end.
 *
 * @param source where it comes from
 * @param reshaping what is made of it
 */
public record ReshapedBody(Reply.Body source, Reshaping reshaping) implements Reply.Body {
    @Override
    public Future<Void> sendTo(Exchange exchange) {
        exchange.outflow().through(reshaping);
        return source.sendTo(exchange);
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
