package gatehouse.policy.auth;

import gatehouse.exchange.Exchange;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;

/** All of several ways, one after another; the first one that does not know the caller ends it. */
final class AllWays extends SeveralWays {
    AllWays(List<Way> ways) {
        super(ways);
    }

    @Override
    public Future<Verdict> look(Exchange exchange) {
        return look(exchange, 0, new ArrayList<>(ways().size()));
    }

    private Future<Verdict> look(Exchange exchange, int from, List<Verdict> known) {
        if (from == ways().size()) {
            return Verdict.together(known).soon();
        }
        return Looking.at(ways().get(from), exchange).compose(verdict -> {
            if (verdict.identity() == null) {
                // half of what is asked for is not nothing: it must not pass where credentials may be missing
                return verdict.isAbsent() && !known.isEmpty()
                        ? Verdict.refused(String.join(", ", challenges()), "Further credentials are needed.")
                                .soon()
                        : verdict.isAbsent() ? anyOther(exchange, from + 1) : verdict.soon();
            }
            known.add(verdict);
            return look(exchange, from + 1, known);
        });
    }

    /** The first one is missing; whether all are. */
    private Future<Verdict> anyOther(Exchange exchange, int from) {
        if (from == ways().size()) {
            return Verdict.ABSENT.soon();
        }
        return Looking.at(ways().get(from), exchange)
                .compose(verdict -> verdict.isAbsent()
                        ? anyOther(exchange, from + 1)
                        : Verdict.refused(String.join(", ", challenges()), "Further credentials are needed.")
                                .soon());
    }
}
