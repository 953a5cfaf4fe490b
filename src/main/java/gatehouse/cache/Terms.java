package gatehouse.cache;

import gatehouse.config.Checked;
import gatehouse.config.Key;
import gatehouse.config.Share;
import gatehouse.config.ShortForm;
import gatehouse.config.Weaker;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Keys of {@code cache} on a route: what is stored and for how long, where the service leaves it open or is overruled. */
@ShortForm("ttl")
public record Terms(
        @Key(
                doc = "How long an answer is fresh whose service says nothing about it. With `force` whatever it says.",
                min = 0,
                weaker = Weaker.NEVER)
        @Nullable Duration ttl,

        @Key(
                doc = "Stores for `ttl` what the service forbids to store, too. Never answers to `Authorization`, with"
                        + " `Set-Cookie` or with `Vary: *`.",
                value = "false")
        boolean force,

        @Key(
                doc =
                        "Part of the time since `Last-Modified` for which an answer is fresh when neither its service nor `ttl`"
                                + " says how long; such as `10%`. Absent: none.")
        @Nullable Share heuristic,

        @Key(
                doc =
                        "How long a 404, 405, 410, 414 or 501 is fresh whose service says nothing about it. Absent: none are stored.",
                min = 0,
                weaker = Weaker.NEVER)
        @Nullable Duration negative,

        @Key(
                doc =
                        "For how long a failure to reach the service is the answer to further requests for the same, where"
                                + " nothing stale may be served.",
                value = "1s",
                min = 0,
                weaker = Weaker.NEVER)
        Duration failed,

        @Key(doc = "What may be served although it is no longer fresh.", value = "{}")
        Stale stale,

        @Key(doc = "Tags of all that is stored by this route, for purges.")
        List<String> tags,

        @Key(
                doc =
                        "Who fetches for whom: `cluster`, one request for all that wait on any node, which without a cluster"
                                + " and a `redis` is the same as `node`, one for all that wait on this node; `none`, each for itself.",
                value = "node")
        Lock lock,

        @Key(
                doc =
                        "Part of its time to live after which a response that is in use is fetched anew before it expires, such"
                                + " as `80%`. Absent: not before it has.")
        @Nullable Share refresh,

        @Key(
                doc =
                        "Most fetches of this route at one time for what is not stored; further ones are 503, or a stale answer."
                                + " Requests that wait for the fetch of another are not counted.",
                value = "1000",
                min = 1,
                max = 1_000_000,
                weaker = Weaker.LARGER_NOT_OFF)
        int misses)
        implements Checked {

    /** The rules of the RFC and nothing else. */
    static final Terms PLAIN = new Terms(
            null,
            false,
            null,
            null,
            Duration.ZERO,
            new Stale(Duration.ZERO, Duration.ZERO),
            List.of(),
            Lock.NODE,
            null,
            1000);

    @Override
    public void check(Complaints complaints) {
        if (force && ttl == null) {
            complaints.add("force", "true without ttl", "beside it a ttl, for which answers are stored then");
        }
    }

    /** How long what is no longer fresh may be served. What the service says itself holds instead. */
    public record Stale(
            @Key(
                    doc = "While it is fetched anew behind the answer (RFC 5861 §3).",
                    value = "0s",
                    min = 0,
                    weaker = Weaker.NEVER)
            Duration revalidate,

            @Key(doc = "While the service fails (RFC 5861 §4).", value = "5m", min = 0, weaker = Weaker.NEVER)
            Duration error) {}

    /** Who fetches for whom. */
    public enum Lock {
        /** One request for all that wait on any node. */
        CLUSTER,
        /** One request for all that wait on this node. */
        NODE,
        /** Each for itself. */
        NONE
    }
}
