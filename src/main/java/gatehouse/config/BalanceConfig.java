package gatehouse.config;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Which target gets the next request. */
@ShortForm("by")
public record BalanceConfig(
        @Key(
                doc = "`roundRobin` in turn by weight · `leastRequests` fewest in flight by weight · `p2c` the"
                        + " better of two drawn by chance · `random` · `ipHash` by the client's address · `hash` by"
                        + " `key`. The two hashes are consistent: a target that goes moves only its own callers.",
                value = "roundRobin")
        By by,

        @Key(doc = "For `hash`: `header:NAME` or `cookie:NAME`.") @Nullable HashKey key,

        @Key(doc = "Keeps a client at its target by a signed cookie.") @Nullable Sticky sticky,

        @Key(
                doc = "A target that is new or came back gets its share little by little over this time.",
                value = "0s",
                min = 0,
                weaker = Weaker.NEVER)
        Duration slowStart)
        implements Checked {
    @Override
    public void check(Complaints complaints) {
        if (by == By.HASH && key == null) {
            complaints.add("key", "missing", "header:NAME or cookie:NAME, which by: hash needs");
        }
        if (by != By.HASH && key != null) {
            complaints.add("key", key.toString(), "by: hash, the only choice that uses a key");
        }
    }

    /** Ways to choose a target. */
    public enum By {
        /** In turn. */
        ROUND_ROBIN,
        /** Fewest requests in flight. */
        LEAST_REQUESTS,
        /** Power of two choices. */
        P2C,
        /** By chance. */
        RANDOM,
        /** Consistent hash of the client's address. */
        IP_HASH,
        /** Consistent hash of a header or cookie. */
        HASH
    }

    /** Stickiness by cookie. */
    @ShortForm("cookie")
    public record Sticky(
            @Key(doc = "Name of the cookie.", required = true)
            String cookie,

            @Key(
                    doc =
                            "Key that signs it, 16 characters or more; the same on every node. Without one it is generated"
                                    + " into `<dataDir>`.",
                    secret = true)
            @Nullable String secret)
            implements Checked {
        @Override
        public void check(Complaints complaints) {
            if (!HttpToken.is(cookie)) {
                complaints.add("cookie", cookie, "the name of a cookie, such as GWID");
            }
            if (secret != null && secret.length() < 16) {
                complaints.add("secret", "***", "at least 16 characters");
            }
        }

        /** Hides the secret. */
        @Override
        public String toString() {
            return "Sticky[" + cookie + "]";
        }
    }
}
