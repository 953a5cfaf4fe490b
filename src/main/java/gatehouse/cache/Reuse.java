package gatehouse.cache;

import java.util.concurrent.TimeUnit;

/** Whether a stored response is the answer to a request, as things are now (RFC 9111 §4.2, §5.2.1). */
enum Reuse {
    /** It is. */
    FRESH,
    /** It is, because the client takes stale ones. */
    STALE,
    /** It is, and is to be fetched anew behind it (RFC 5861 §3). */
    STALE_WHILE_REVALIDATE,
    /** Not without asking its service: it is not fresh any more. */
    EXPIRED,
    /** Not without asking its service: the client wants that. */
    REFUSED;

    /** Judges a stored response for a request. */
    static Reuse of(Stored stored, Directives said, long now) {
        var lifetime = stored.head().lifetime();
        var age = stored.ageNanos(now);
        var left = stored.leftNanos(now);
        if (said == Directives.NONE) {
            return lifetime.always() ? EXPIRED : left > 0 ? FRESH : stale(lifetime, left);
        }
        if (said.noCache() || (said.maxAge() != Directives.ABSENT && age > seconds(said.maxAge()) + beyond(said))) {
            return REFUSED;
        }
        if (lifetime.always()) {
            return EXPIRED;
        }
        if (said.minFresh() != Directives.ABSENT && left < seconds(said.minFresh())) {
            return REFUSED;
        }
        if (left > 0) {
            return FRESH;
        }
        if (takesStale(said) && !lifetime.strict() && -left <= seconds(said.maxStale())) {
            return STALE;
        }
        return stale(lifetime, left);
    }

    private static Reuse stale(Lifetime lifetime, long left) {
        return -left < lifetime.revalidateNanos() ? STALE_WHILE_REVALIDATE : EXPIRED;
    }

    /** By how much more than its {@code max-age} a client takes: what is older than that is stale for it. */
    private static long beyond(Directives said) {
        return takesStale(said) ? seconds(said.maxStale()) : 0;
    }

    private static boolean takesStale(Directives said) {
        return said.maxStale() != Directives.ABSENT;
    }

    /** Whether a stale one may be served because its service fails (RFC 5861 §4, RFC 9111 §4.2.4). */
    static boolean mayStandIn(Stored stored, Directives said, long now) {
        var lifetime = stored.head().lifetime();
        var left = stored.leftNanos(now);
        if (lifetime.always() || said.noCache()) {
            return false;
        }
        var most = lifetime.strict() ? lifetime.errorNanos() : Math.max(lifetime.errorNanos(), asked(said));
        return left > 0 || -left < most;
    }

    private static long asked(Directives said) {
        return said.staleIfError() == Directives.ABSENT ? 0 : seconds(said.staleIfError());
    }

    private static long seconds(long seconds) {
        return TimeUnit.SECONDS.toNanos(seconds);
    }
}
