package gatehouse.policy.compress;

import gatehouse.exchange.Exchange;
import gatehouse.exchange.Reply;
import io.vertx.core.Future;

/**
 * A body that is made smaller while it passes. Nothing is allocated for it before it is sent.
 *
 * @param source where it comes from
 * @param level how hard is tried, 1 to 9
 */
record GzipBody(Reply.Body source, int level) implements Reply.Body {
    @Override
    public Future<Void> sendTo(Exchange exchange) {
        var gzip = new Gzip(level);
        exchange.outflow().through(gzip);
        return source.sendTo(exchange).onComplete(sent -> gzip.close());
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
