package gatehouse.cache;

import gatehouse.exchange.Fields;
import io.netty.util.AsciiString;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One stored response (RFC 9111 §3). Nothing of it changes but the moment at which it ceases to be fresh, which a purge may
 * bring forward. Thread-safe.
 */
public final class Stored {
    private static final int OVERHEAD = 512;

    private final Origin origin;
    private final Head head;
    private final Payload payload;
    private volatile long freshUntil;
    private int hits; // a lost count does not matter
    private volatile boolean refreshing;
    private volatile boolean forClients;

    // both are made when they are first needed, by whoever comes; they have nothing but final fields
    private @Nullable Told told;
    private AsciiString @Nullable [] lowerCase;

    /**
     * Where and when a response came from.
     *
     * @param route route that stored it, for which alone it answers
     * @param selection request fields that it was chosen by
     * @param tags names under which it is purged
     * @param cameAt when it came, by the clock of this node that nobody sets
     * @param tookNanos how long its service took to send it
     * @param generation grows with each fetch of this node
     * @param number number of the lease under which it was fetched, on whatever node; 0 for none
     */
    record Origin(
            String route,
            Selection selection,
            List<String> tags,
            long cameAt,
            long tookNanos,
            long generation,
            long number) {
        /** About the bytes of it; what a client chose may be long. */
        int bytes() {
            var sum = 2 * route.length() + selection.bytes();
            for (var tag : tags) {
                sum += 2 * tag.length() + 32;
            }
            return sum;
        }
    }

    /**
     * What an answer begins with.
     *
     * @param status its status
     * @param reason its phrase, where it is not the usual one
     * @param fields names and values in turn, without those that tell an age
     * @param lifetime how long it counts
     * @param etag its entity tag, or null
     * @param lastModified {@code Last-Modified} as it stands there, or null
     */
    record Head(
            int status,
            @Nullable String reason,
            List<AsciiString> fields,
            Lifetime lifetime,
            @Nullable String etag,
            @Nullable String lastModified) {
        /** Of fields that a service sent and that are not for one connection or one client alone. */
        static Head of(int status, @Nullable String reason, MultiMap from, Lifetime lifetime) {
            var connection = from.getAll("connection");
            var kept = new ArrayList<AsciiString>();
            for (var field : from) {
                var name = field.getKey();
                if (!Fields.isHopByHop(name)
                        && !Fields.isNominated(connection, name)
                        && !isPersonal(name, lifetime.hidden())) {
                    kept.add(AsciiString.of(name));
                    kept.add(AsciiString.of(field.getValue()));
                }
            }
            return new Head(
                    status,
                    reason,
                    List.copyOf(kept),
                    lifetime,
                    from.get(HttpHeaders.ETAG),
                    from.get(HttpHeaders.LAST_MODIFIED));
        }

        private static boolean isPersonal(String name, List<String> hidden) {
            return Fields.is(name, "age")
                    || Fields.is(name, "content-length")
                    || Fields.is(name, "x-request-id")
                    || Fields.is(name, "proxy-authentication-info")
                    || (!hidden.isEmpty() && hidden.contains(name.toLowerCase(java.util.Locale.ROOT)));
        }

        int bytes() {
            var sum = 0;
            for (var field : fields) {
                sum += field.length() + 32;
            }
            return sum;
        }

        @Nullable CharSequence field(String lowerCase) {
            for (var i = 0; i < fields.size(); i += 2) {
                if (Fields.is(fields.get(i), lowerCase)) {
                    return fields.get(i + 1);
                }
            }
            return null;
        }
    }

    Stored(Origin origin, Head head, Payload payload) {
        this.origin = origin;
        this.head = head;
        this.payload = payload;
        this.freshUntil = bornAt() + head.lifetime().freshNanos();
    }

    Origin origin() {
        return origin;
    }

    Head head() {
        return head;
    }

    Payload payload() {
        return payload;
    }

    /** About the bytes that it takes. */
    int weight() {
        return OVERHEAD + origin.bytes() + head.bytes() + payload.length();
    }

    /** Whether it is the answer to a request of this route with these fields. */
    boolean answers(String route, MultiMap request) {
        return origin.route().equals(route) && origin.selection().matches(request);
    }

    private long bornAt() {
        return origin.cameAt() - head.lifetime().initialAgeNanos();
    }

    /** Time since its service made it (RFC 9111 §4.2.3). */
    long ageNanos(long now) {
        return now - bornAt();
    }

    /** Time for which it is still fresh; negative when it is stale. */
    long leftNanos(long now) {
        return freshUntil - now;
    }

    /** Ends its freshness, as a soft purge does. */
    void expire(long now) {
        freshUntil = Math.min(freshUntil, now);
    }

    /** Counts a use, roughly. */
    void used() {
        hits++;
    }

    int hits() {
        return hits;
    }

    /** What a hit says of it now. */
    Told told(String cache, long now) {
        var last = told;
        if (last == null || !last.isGood(cache, this, now)) {
            last = Told.of(CacheStatus.hit(cache, null), this, now);
            if (leftNanos(now) != 0) {
                told = last;
            }
        }
        return last;
    }

    /** Names of its fields as HTTP/2 has them. */
    AsciiString[] lowerCase() {
        var names = lowerCase;
        if (names == null) {
            names = new AsciiString[head.fields().size() / 2];
            for (var i = 0; i < names.length; i++) {
                names[i] = head.fields().get(2 * i).toLowerCase();
            }
            lowerCase = names;
        }
        return names;
    }

    /** Whether this call is the one that begins to fetch it anew. */
    boolean beginRefresh() {
        if (refreshing) {
            return false;
        }
        synchronized (this) {
            var first = !refreshing;
            refreshing = true;
            return first;
        }
    }

    /** The refresh has ended without a newer one. */
    void endRefresh() {
        refreshing = false;
    }

    boolean isRefreshing() {
        return refreshing;
    }

    /** Only a request of a client leads to it, as its route asks for more than a URL: the refresh has ended. */
    void leaveToClients() {
        forClients = true;
        endRefresh();
    }

    /** Whether it may be fetched anew by a request of nobody's. */
    boolean isForAnybody() {
        return !forClients;
    }
}
