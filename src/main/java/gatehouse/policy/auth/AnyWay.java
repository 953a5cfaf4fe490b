package gatehouse.policy.auth;

import gatehouse.exchange.Exchange;
import io.vertx.core.Future;
import java.util.List;

/**
 * The first of several ways that says who calls; wrong credentials of one kind don't spoil right ones of another. Only those that the caller is
 * known by go on: what others show may be wrong, or nobody has looked at it, and the service takes it for verified.
 */
final class AnyWay extends SeveralWays {
    private final List<List<Way>> kinds;
    private final boolean isAlone;

    /**
     * @param isAlone whether no other way has to know the caller, too, by what the request shows
     */
    AnyWay(List<Way> ways, boolean isAlone) {
        super(ways);
        this.kinds = ways.stream().map(Way::kinds).toList();
        this.isAlone = isAlone;
    }

    @Override
    public Future<Verdict> look(Exchange exchange) {
        return look(exchange, 0, Verdict.ABSENT, false);
    }

    /**
     * @param refused what the client is told if nobody knows it, so far
     * @param guessed whether one of them was about a wrong guess
     */
    private Future<Verdict> look(Exchange exchange, int from, Verdict refused, boolean guessed) {
        var worst = refused;
        var isGuess = guessed;
        for (var i = from; i < ways().size(); i++) {
            var found = Looking.at(ways().get(i), exchange);
            if (!found.isComplete()) {
                var here = i;
                var before = worst;
                var guess = isGuess;
                return found.compose(verdict -> verdict.identity() != null
                        ? known(exchange, here, verdict, guess)
                        : look(exchange, here + 1, before.or(verdict), guess || verdict.isGuess()));
            }
            var verdict = found.result();
            if (verdict == null) {
                return found;
            }
            if (verdict.identity() != null) {
                return known(exchange, i, verdict, isGuess);
            }
            worst = worst.or(verdict);
            isGuess |= verdict.isGuess();
        }
        return worst.soon();
    }

    /** Who is known may not guess at another's password for ever. */
    private Future<Verdict> known(Exchange exchange, int way, Verdict verdict, boolean guessed) {
        dropOthers(exchange, way);
        return (guessed ? verdict.besideGuess() : verdict).soon();
    }

    private void dropOthers(Exchange exchange, int known) {
        for (var i = 0; isAlone && i < kinds.size(); i++) {
            for (var other : i == known ? List.<Way>of() : kinds.get(i)) {
                var shown = other.shown(exchange);
                if (shown != null && !isShownBy(kinds.get(known), shown, exchange)) {
                    other.drop(exchange);
                }
            }
        }
    }

    private static boolean isShownBy(List<Way> ways, String credentials, Exchange exchange) {
        for (var way : ways) {
            if (way.standsFor(credentials, exchange)) {
                return true;
            }
        }
        return false;
    }
}
