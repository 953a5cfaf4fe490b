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
            if (verdict.identity() != null) {
                known.add(verdict);
                return look(exchange, from + 1, known);
            }
            if (!verdict.isAbsent()) {
                return verdict.soon();
            }
            return known.isEmpty() ? anyOther(exchange, from + 1, verdict) : incomplete();
        });
    }

    /**
     * The first one is missing; whether all are.
     *
     * @param first what it has to say of that
     */
    private Future<Verdict> anyOther(Exchange exchange, int from, Verdict first) {
        if (from == ways().size()) {
            return first.soon();
        }
        return Looking.at(ways().get(from), exchange)
                .compose(verdict -> verdict.isAbsent() ? anyOther(exchange, from + 1, first) : incomplete());
    }

    /** Half of what is asked for is not nothing: it must not pass where credentials may be missing. */
    private Future<Verdict> incomplete() {
        return Verdict.refused(String.join(", ", challenges()), "Further credentials are needed.")
                .soon();
    }
}
