package gatehouse.cache;

import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Decides what may be stored, and for how long it counts (RFC 9111 §3, §4.2). Thread-safe. */
final class Judge {
    private static final CharSequence CDN_CACHE_CONTROL = HttpHeaders.createOptimized("cdn-cache-control");
    private static final CharSequence SURROGATE_CONTROL = HttpHeaders.createOptimized("surrogate-control");

    private final Terms terms;
    private final Supplier<Duration> most;
    private final Ingredients ingredients;

    /**
     * @param most longest time that anything is fresh
     */
    Judge(Terms terms, Supplier<Duration> most, Ingredients ingredients) {
        this.terms = terms;
        this.most = most;
        this.ingredients = ingredients;
    }

    /**
     * What is judged.
     *
     * @param request fields of the request
     * @param known whether somebody known sent it, with credentials that may be taken out of the fields already
     * @param said what the request says in {@code Cache-Control}
     * @param status status of the response
     * @param response fields of the response
     * @param isConfirmed whether it is stored for everybody, and confirmed
     * @param tookNanos time from the request to the head of the response
     * @param nowMillis time of the wall clock at the head of the response
     */
    record Case(
            MultiMap request,
            boolean known,
            Directives said,
            int status,
            MultiMap response,
            boolean isConfirmed,
            long tookNanos,
            long nowMillis) {}

    /** How long a response counts; null where it is not to be stored. */
    @Nullable Lifetime judge(Case given) {
        var response = given.response();
        var targeted = targeted(response);
        var said = targeted != null ? targeted : Directives.parse(response.getAll(HttpHeaders.CACHE_CONTROL));
        if (!mayStore(given, said) || isSomebodys(given, said, targeted != null)) {
            return null;
        }
        var date = dateOf(given);
        var fresh = Math.min(most.get().toNanos(), freshNanos(given, said, targeted != null, date));
        var always = said.noCache() && !terms.force();
        var hasValidator = response.contains(HttpHeaders.ETAG) || response.contains(HttpHeaders.LAST_MODIFIED);
        var age = initialAge(given, date);
        var hard = said.mustRevalidate() || said.proxyRevalidate() || always;
        var revalidate = hard
                ? 0
                : grace(said, said.staleWhileRevalidate(), terms.stale().revalidate());
        // a stored failure is no better than the one it would stand in for
        var error = hard || given.status() >= 500
                ? 0
                : grace(said, said.staleIfError(), terms.stale().error());
        // what is stale when it comes is worth keeping only where stale answers are allowed
        var isOfUse = fresh > 0 && age - fresh < Math.max(revalidate, error);
        if ((always || fresh <= age) && !hasValidator && !isOfUse) {
            return null;
        }
        return new Lifetime(
                age, fresh, revalidate, error, always, hard || said.sharedMaxAge() != Directives.ABSENT, said.hidden());
    }

    /** What is said to caches like this one, in the place of what is said to all (RFC 9213 §2.1); null for nothing. */
    private static @Nullable Directives targeted(MultiMap response) {
        var said =
                response.contains(CDN_CACHE_CONTROL) ? Directives.targeted(response.getAll(CDN_CACHE_CONTROL)) : null;
        return said == null && response.contains(SURROGATE_CONTROL)
                ? Directives.surrogate(response.getAll(SURROGATE_CONTROL))
                : said;
    }

    /** What the response says of being stale, else the terms; {@code s-maxage} alone forbids it (RFC 9111 §5.2.2.10). */
    private static long grace(Directives said, long given, Duration terms) {
        if (given != Directives.ABSENT) {
            return TimeUnit.SECONDS.toNanos(given);
        }
        return said.sharedMaxAge() != Directives.ABSENT ? 0 : terms.toNanos();
    }

    /** Whether a response says itself that it is not to be kept for others. */
    boolean forbids(MultiMap response) {
        var targeted = targeted(response);
        var said = targeted != null ? targeted : Directives.parse(response.getAll(HttpHeaders.CACHE_CONTROL));
        return !terms.force() && (said.isPrivate() || (said.noStore() && !said.mustUnderstand()));
    }

    /**
     * Whether it may be something of its client's own: who sends cookies may be shown that, so what is kept of the answer, be it for a
     * moment at which the service fails, needs the service's word.
     */
    private boolean isSomebodys(Case given, Directives said, boolean isTargeted) {
        return given.request().contains(HttpHeaders.COOKIE)
                && !given.isConfirmed()
                && !terms.force()
                && !said.isPublic()
                && !said.noCache()
                && said.maxAge() == Directives.ABSENT
                && said.sharedMaxAge() == Directives.ABSENT
                && (isTargeted || !given.response().contains(HttpHeaders.EXPIRES));
    }

    private boolean mayStore(Case given, Directives said) {
        var status = given.status();
        var vary = Selection.names(given.response().getAll(HttpHeaders.VARY));
        if (status == 206 || status == 304 || vary == null || ingredients.decide(vary)) {
            return false;
        }
        if (given.said().noStore()) {
            return false;
        }
        // a response to credentials, or one that hands some out, needs a word that it is for everybody (§3.5, §7.3)
        var isOpen = said.isPublic() || said.sharedMaxAge() != Directives.ABSENT;
        var isAuthorized = given.known() || given.request().contains(HttpHeaders.AUTHORIZATION);
        if (isAuthorized && !isOpen && !said.mustRevalidate()) {
            return false;
        }
        if (given.response().contains(HttpHeaders.SET_COOKIE)
                && !isOpen
                && !said.hidden().contains("set-cookie")) {
            return false;
        }
        if (terms.force()) {
            return true;
        }
        if (said.isPrivate() || !isMeantForCaches(given, said)) {
            return false;
        }
        return said.mustUnderstand() ? isUnderstood(status) : !said.noStore();
    }

    /** Whether it says for how long, or that anybody may have it, or has a status that says so (RFC 9111 §3). */
    private static boolean isMeantForCaches(Case given, Directives said) {
        return isCacheableByDefault(given.status())
                || isNegative(given.status())
                || said.isPublic()
                || said.maxAge() != Directives.ABSENT
                || said.sharedMaxAge() != Directives.ABSENT
                || given.response().contains(HttpHeaders.EXPIRES);
    }

    private long freshNanos(Case given, Directives said, boolean isTargeted, long date) {
        var ttl = terms.ttl();
        if (terms.force() && ttl != null && isCacheableByDefault(given.status())) {
            return ttl.toNanos();
        }
        var seconds = said.sharedMaxAge() != Directives.ABSENT ? said.sharedMaxAge() : said.maxAge();
        if (seconds != Directives.ABSENT) {
            return TimeUnit.SECONDS.toNanos(seconds);
        }
        if (!isTargeted && given.response().contains(HttpHeaders.EXPIRES)) {
            return untilExpires(given, date);
        }
        return silentNanos(given, said, date);
    }

    /** {@code Expires} counts from {@code Date}; what is no date, or not one alone, lies in the past (§5.3). */
    private static long untilExpires(Case given, long date) {
        var expires = given.response().getAll(HttpHeaders.EXPIRES);
        var at = expires.size() == 1 ? HttpDate.parse(expires.get(0), given.nowMillis()) : HttpDate.NONE;
        return at == HttpDate.NONE ? 0 : TimeUnit.MILLISECONDS.toNanos(Math.max(0, at - date));
    }

    /** The service has not said how long: then the terms do, else heuristics that the terms ask for (§4.2.2). */
    private long silentNanos(Case given, Directives said, long date) {
        if (isNegative(given.status())) {
            var negative = terms.negative();
            return negative == null ? 0 : negative.toNanos();
        }
        var isByDefault = isCacheableByDefault(given.status());
        if (!isByDefault && !said.isPublic()) {
            return 0;
        }
        var ttl = terms.ttl();
        if (ttl != null && isByDefault) {
            return ttl.toNanos();
        }
        var share = terms.heuristic();
        var modified = HttpDate.parse(given.response().get(HttpHeaders.LAST_MODIFIED), given.nowMillis());
        if (share == null || modified == HttpDate.NONE) {
            return 0;
        }
        return TimeUnit.MILLISECONDS.toNanos((long) (Math.max(0, date - modified) * share.fraction()));
    }

    private static long dateOf(Case given) {
        var date = HttpDate.parse(given.response().get(HttpHeaders.DATE), given.nowMillis());
        return date == HttpDate.NONE ? given.nowMillis() : date;
    }

    /** RFC 9111 §4.2.3. Of several lines of {@code Age} the first counts, and none that is no number (§5.1). */
    private static long initialAge(Case given, long date) {
        // in whole seconds, as Date has no others
        var since = Math.max(0, given.nowMillis() / 1000 - date / 1000);
        // a clock that says 1601 makes it no older than nanoseconds can tell
        var apparent = TimeUnit.SECONDS.toNanos(Math.min(Directives.MOST, since));
        var field = given.response().get(HttpHeaders.AGE);
        var told = 0L;
        if (field != null) {
            var comma = field.indexOf(',');
            told = Math.max(0, Directives.delta((comma < 0 ? field : field.substring(0, comma)).trim()));
        }
        return Math.max(apparent, TimeUnit.SECONDS.toNanos(told) + given.tookNanos());
    }

    /** Statuses of which RFC 9110 lets a cache decide for how long, and which are no failure (§15.1). */
    private static boolean isCacheableByDefault(int status) {
        return switch (status) {
            case 200, 203, 204, 300, 301, 308 -> true;
            default -> false;
        };
    }

    /** The same for failures. */
    private static boolean isNegative(int status) {
        return switch (status) {
            case 404, 405, 410, 414, 501 -> true;
            default -> false;
        };
    }

    /** Statuses whose meaning for a cache is known here: those of RFC 9110 that need nothing special. */
    private static boolean isUnderstood(int status) {
        return switch (status) {
            case 200,
                    203,
                    204,
                    300,
                    301,
                    302,
                    303,
                    307,
                    308,
                    400,
                    401,
                    403,
                    404,
                    405,
                    406,
                    409,
                    410,
                    411,
                    413,
                    414,
                    415,
                    421,
                    422,
                    426,
                    500,
                    501,
                    502,
                    503,
                    504,
                    505 -> true;
            default -> false;
        };
    }

    /** Tags that a service gives its response, for purges. */
    static List<String> tags(List<String> ofRoute, MultiMap response) {
        var surrogate = response.getAll("surrogate-key");
        var cacheTag = response.getAll("cache-tag");
        if (surrogate.isEmpty() && cacheTag.isEmpty()) {
            return ofRoute;
        }
        var tags = new java.util.LinkedHashSet<>(ofRoute);
        surrogate.forEach(line -> addAll(tags, line, ' '));
        cacheTag.forEach(line -> addAll(tags, line, ','));
        return List.copyOf(tags);
    }

    private static void addAll(java.util.Set<String> tags, String line, char separator) {
        var text = line.replace(separator, '\n').replace('\t', ' ');
        text.lines().map(String::trim).filter(tag -> !tag.isEmpty()).limit(100).forEach(tags::add);
    }
}
