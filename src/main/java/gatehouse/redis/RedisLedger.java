package gatehouse.redis;

import gatehouse.cluster.Ledger;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Accounts in a Redis, by its clock alone. The nodes that draw on them say there that they live, and so count each other and agree on a key; who
 * has not said so for five times as long counts no more. While it is not there each node goes on with what it knew. Thread-safe.
 */
final class RedisLedger implements Ledger {
    private static final Logger LOG = LoggerFactory.getLogger(RedisLedger.class);
    private static final List<String> MEETING = List.of("gw:nodes", "gw:key");
    private static final int BEATS_MISSED = 5;
    private static final int HALF = 16;

    private final Vertx vertx;
    private final RedisLink link;
    private final String self;
    private final Duration every;
    private final long timer;
    private volatile int nodes = 1;
    private volatile Key key;

    /**
     * @param self tells this node's life from every other
     * @param every how often nodes tell that they live
     */
    RedisLedger(Vertx vertx, RedisLink link, String self, Duration every) {
        this.vertx = vertx;
        this.link = link;
        this.self = self;
        this.every = every;
        var random = new SecureRandom();
        key = new Key(random.nextLong(), random.nextLong());
        timer = vertx.setPeriodic(every.toMillis(), due -> {
            var unused = meet();
        });
    }

    /** Tells that this node lives, and hears who else does; completes in any case. */
    Future<Void> meet() {
        var known = key;
        var digits = HexFormat.of();
        return link.run(
                        Script.MEET,
                        MEETING,
                        self,
                        BEATS_MISSED * every.toMillis(),
                        digits.toHexDigits(known.first()) + digits.toHexDigits(known.second()))
                .map(met -> {
                    nodes = Math.max(1, met.get(0).toInteger());
                    key = parse(met.get(1).toString(), known);
                    return (Void) null;
                })
                .otherwise(failure -> {
                    LOG.debug("other nodes with this Redis could not be met", failure);
                    return null;
                });
    }

    /** What stands there, unless it is none of ours. */
    private static Key parse(String text, Key known) {
        try {
            var next = new Key(
                    HexFormat.fromHexDigitsToLong(text, 0, HALF),
                    HexFormat.fromHexDigitsToLong(text, HALF, text.length()));
            return next.equals(known) ? known : next;
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            LOG.warn("the key that limits have in common is spoilt, each node uses its own");
            return known;
        }
    }

    @Override
    public Future<Lent> lend(String account, Terms terms, long spent, long want) {
        return link.run(Script.LEND, List.of("gw:limit:" + account), terms.cost(), terms.most(), spent, want)
                .map(lent -> new Lent(lent.get(0).toLong(), lent.get(1).toLong()));
    }

    @Override
    public int nodes() {
        return nodes;
    }

    @Override
    public Key key() {
        return key;
    }

    /** Goes from the others. */
    Future<?> leave() {
        vertx.cancelTimer(timer);
        return link.run(Script.PART, MEETING.subList(0, 1), self);
    }
}
