package gatehouse.policy.compress;

import gatehouse.exchange.Exchange;
import gatehouse.exchange.Reply;
import io.vertx.core.Future;
import java.util.function.Supplier;

/**
 * A body that is made smaller while it passes. Nothing is allocated for it before it is sent.
 *
 * @param source where it comes from
 * @param packing makes what does it
 */
record PackedBody(Reply.Body source, Supplier<Packing> packing) implements Reply.Body {
    @Override
    public Future<Void> sendTo(Exchange exchange) {
        var packer = packing.get();
        try {
            exchange.outflow().through(packer);
            return source.sendTo(exchange).onComplete(sent -> packer.close());
        } catch (RuntimeException e) {
            packer.close();
            throw e;
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
