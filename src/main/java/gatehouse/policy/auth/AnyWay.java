package gatehouse.policy.auth;

import gatehouse.exchange.Exchange;
import io.vertx.core.Future;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The first of several ways that says who calls; wrong credentials of one kind don't spoil right ones of another. */
final class AnyWay extends SeveralWays {
    AnyWay(List<Way> ways) {
        super(ways);
    }

    @Override
    public Future<Verdict> look(Exchange exchange) {
        return look(exchange, 0, null);
    }

    private Future<Verdict> look(Exchange exchange, int from, @Nullable Verdict refused) {
        var worst = refused;
        for (var i = from; i < ways().size(); i++) {
            var found = Looking.at(ways().get(i), exchange);
            if (!found.isComplete()) {
                var next = i + 1;
                var before = worst;
                return found.compose(verdict -> verdict.identity() != null
                        ? verdict.soon()
                        : look(exchange, next, before == null && !verdict.isAbsent() ? verdict : before));
            }
            var verdict = found.result();
            if (verdict == null || verdict.identity() != null) {
                return found;
            }
            worst = worst == null && !verdict.isAbsent() ? verdict : worst;
        }
        return worst == null ? Verdict.ABSENT.soon() : worst.soon();
    }
}
