package gatehouse.cluster;

import io.vertx.core.Future;

/**
 * Accounts that several nodes draw on, each of which fills up by itself as time goes on. Entries may be lost at any time, and then an account
 * is whole. An answer may take long or never come, so who asks sets a deadline. Thread-safe.
 */
public interface Ledger {
    /**
     * How much an account may be drawn.
     *
     * @param cost what one unit costs, in nanoseconds in which it is there again
     * @param most how far an account may be overdrawn, in the same
     */
    record Terms(long cost, long most) {}

    /**
     * What was lent.
     *
     * @param granted so many units
     * @param debt nanoseconds until the account is whole again, if nobody else draws on it
     */
    record Lent(long granted, long debt) {}

    /**
     * What accounts are told apart by: a key of a hash that nobody outside can know.
     *
     * @param first its first half
     * @param second its second half
     */
    record Key(long first, long second) {}

    /**
     * Charges what was spent before, whether or not the terms allow it, and lends up to {@code want} units, as far as they do.
     *
     * @param account its name
     * @param spent units that were used on nobody's word; negative to give back what was lent
     * @return where it fails it is not known whether anything was charged
     */
    Future<Lent> lend(String account, Terms terms, long spent, long want);

    /** How many nodes draw, this one too. */
    int nodes();

    /** The key that all of them have in common, as far as is known; seldom another one. */
    Key key();
}
