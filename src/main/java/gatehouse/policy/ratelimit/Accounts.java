package gatehouse.policy.ratelimit;

import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Accounts by caller, in sets of {@value #WAYS}. In a full set a newcomer takes the place of who has been quiet for longest. Thread-safe.
 */
final class Accounts {
    private static final int WAYS = 8;

    private final AtomicReferenceArray<@Nullable Account> places;
    private final int mask;

    /** Has room for so many, rounded up to a power of two. */
    Accounts(int most) {
        var size = Math.max(WAYS, Integer.highestOneBit(Math.max(1, most - 1)) << 1);
        places = new AtomicReferenceArray<>(size);
        mask = size / WAYS - 1;
    }

    /** A caller's account; a new one where there was none. */
    Account of(long caller, long now) {
        var first = ((int) (caller ^ caller >>> 32) & mask) * WAYS;
        var victim = first;
        var quiet = Long.MAX_VALUE;
        for (var i = first; i < first + WAYS; i++) {
            var account = places.get(i);
            if (account == null) {
                victim = i;
                break; // places are filled in order
            }
            if (account.caller() == caller) {
                return account;
            }
            if (account.lastUsed() < quiet) {
                quiet = account.lastUsed();
                victim = i;
            }
        }
        var before = places.get(victim);
        var made = new Account(caller, now);
        if (places.compareAndSet(victim, before, made)) {
            return made;
        }
        var other = places.get(victim);
        return other != null && other.caller() == caller ? other : made;
    }
}
