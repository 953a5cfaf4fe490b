package gatehouse.route;

import gatehouse.config.MatchConfig;
import gatehouse.exchange.RequestHead;
import gatehouse.route.Explanation.Lost;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The compiled routes of one listener. Immutable and thread-safe.
 *
 * <p>The most specific route wins (see {@link Specificity}); the order in which routes were added never matters. A look-up
 * goes by hash from host to path to the few entries that share both, so its cost depends on the request and on those
 * entries, not on the number of routes. Only entries that share host and path are tried one by one.
 *
 * @param <T> what a route leads to
 */
public final class RouteTable<T> {
    private static final int MOST_TIES = 1_000;

    private final HostIndex<T> index;
    private final List<Entry<T>> entries;
    private final List<Lost> elsewhere;
    private final Match<T> noRoute = new Match.NoRoute<>();
    private final Picker<T> first = RouteTable::firstThatHolds;

    private RouteTable(List<Route<T>> routes, List<Lost> elsewhere) {
        var all = new ArrayList<Entry<T>>();
        for (var route : routes) {
            for (var host : orAny(route.hosts())) {
                for (var path : orAny(route.paths())) {
                    all.add(Entry.of(host, path, route));
                }
            }
        }
        all.sort(Specificity.ORDER);
        this.entries = List.copyOf(all);
        this.index = new HostIndex<>(entries);
        this.elsewhere = elsewhere;
    }

    private static <P> Iterable<@Nullable P> orAny(Set<P> patterns) {
        return patterns.isEmpty() ? Collections.singleton(null) : Collections.unmodifiableSet(patterns);
    }

    /** The route that takes the request; allocates nothing when there is one. */
    public Match<T> find(RequestHead head) {
        var winner = index.walk(head, first);
        if (winner != null) {
            return winner.found();
        }
        var allow = allow(head);
        return allow == null ? noRoute : new Match.WrongMethod<>(allow);
    }

    private static <T> @Nullable Entry<T> firstThatHolds(List<Entry<T>> bucket, RequestHead head) {
        for (var i = 0; i < bucket.size(); i++) {
            var entry = bucket.get(i);
            if (entry.route().conditions().hold(head)) {
                return entry;
            }
        }
        return null;
    }

    /** Methods of the routes that match all but the method, or null where there are none. */
    private @Nullable String allow(RequestHead head) {
        var methods = new TreeSet<String>();
        index.walk(head, (bucket, asked) -> {
            for (var entry : bucket) {
                var method = entry.route().conditions().method();
                if (method != null && entry.route().conditions().holdButMethod(asked)) {
                    methods.addAll(method.taken());
                }
            }
            return null;
        });
        if (methods.isEmpty()) {
            return null;
        }
        return String.join(", ", methods);
    }

    /**
     * Whether there is a route of which the test holds among those that take host and path of a request, whatever else they ask
     * of one. More specific ones are tested first, until it does.
     */
    public boolean hasAt(RequestHead head, Predicate<T> test) {
        return index.walk(head, (bucket, asked) -> {
                    for (var entry : bucket) {
                        if (test.test(entry.route().value())) {
                            return entry;
                        }
                    }
                    return null;
                })
                != null;
    }

    /** Goes to every bucket that host and path of the request lead to, until the picker takes an entry. */
    @Nullable Entry<T> walk(RequestHead head, Picker<T> picker) {
        return index.walk(head, picker);
    }

    /** The table, most specific first. */
    public List<RouteLine> lines() {
        return entries.stream()
                .map(entry -> new RouteLine(
                        entry.hostText(),
                        entry.pathText(),
                        entry.route().conditions().toString(),
                        entry.route().priority(),
                        entry.route().name()))
                .toList();
    }

    /** Which route takes the request and why each other does not; the same walk as {@link #find}. */
    public Explanation explain(RequestHead head) {
        var winner = index.walk(head, first);
        var reached = reached(head);
        var lost = new ArrayList<Lost>();
        var seen = new HashSet<String>();
        for (var entry : entries) {
            var route = entry.route();
            if (seen.add(route.name())
                    && (winner == null || !winner.route().name().equals(route.name()))) {
                lost.add(new Lost(route.name(), whyLost(route, reached.get(route.name()), winner, head)));
            }
        }
        lost.addAll(elsewhere);
        return winner == null
                ? new Explanation(null, allow(head), lost)
                : new Explanation(winner.route().name(), null, lost);
    }

    /** Of each route whose host and path match, the most specific entry. */
    private Map<String, Entry<T>> reached(RequestHead head) {
        var reached = new HashMap<String, Entry<T>>();
        index.walk(head, (bucket, asked) -> {
            for (var entry : bucket) {
                reached.merge(
                        entry.route().name(),
                        entry,
                        (one, other) -> Specificity.ORDER.compare(one, other) <= 0 ? one : other);
            }
            return null;
        });
        return reached;
    }

    private static <T> String whyLost(
            Route<T> route, @Nullable Entry<T> reached, @Nullable Entry<T> winner, RequestHead head) {
        if (reached == null) {
            var host = route.hostCondition();
            return host.holds(head) ? route.pathCondition().why(head) : host.why(head);
        }
        if (winner == null || !route.conditions().hold(head)) {
            return route.conditions().why(head);
        }
        return "matches too, but " + winner.route().name() + " is more specific: "
                + Specificity.reason(winner, reached);
    }

    /** Pairs of routes between which nothing decides, of very many the first; a configuration with any is refused. */
    public List<Tie> ties() {
        var ties = new LinkedHashMap<List<String>, Tie>();
        for (var i = 0; i < entries.size(); i++) {
            for (var j = i + 1; j < entries.size() && equallySpecific(entries.get(i), entries.get(j)); j++) {
                if (ties.size() == MOST_TIES) {
                    return List.copyOf(ties.values());
                }
                var one = entries.get(i).route();
                var other = entries.get(j).route();
                if (!one.name().equals(other.name()) && !one.conditions().disjointFrom(other.conditions())) {
                    ties.putIfAbsent(List.of(one.name(), other.name()), tie(entries.get(i), other));
                }
            }
        }
        return List.copyOf(ties.values());
    }

    private static boolean equallySpecific(Entry<?> one, Entry<?> other) {
        return one.hostText().equals(other.hostText())
                && one.shape().equals(other.shape())
                && Specificity.compareRoutes(one, other) == 0;
    }

    private static Tie tie(Entry<?> one, Route<?> other) {
        var count = one.route().conditions().count();
        return new Tie(
                one.route().name(),
                other.name(),
                "both take host " + one.hostText() + " and path " + one.pathText() + " with " + count
                        + (count == 1 ? " condition" : " conditions") + " and priority "
                        + one.route().priority());
    }

    /**
     * Collects the routes of one listener. Confined to one thread.
     *
     * @param <T> what a route leads to
     */
    public static final class Builder<T> {
        private final String listener;
        private final Map<String, Route<T>> routes = new LinkedHashMap<>();
        private final List<Lost> elsewhere = new ArrayList<>();

        /** Starts the table of a listener. */
        public Builder(String listener) {
            this.listener = listener;
        }

        /**
         * Adds a route, unless it is for other listeners.
         *
         * @return whether it belongs to this listener
         * @throws IllegalArgumentException when there is a route of this name
         */
        public boolean add(String name, MatchConfig match, int priority, T value) {
            if (!match.listener().isEmpty() && !match.listener().contains(listener)) {
                elsewhere.add(new Lost(name, "listener " + listener + " is not one of " + match.listener()));
                return false;
            }
            if (routes.putIfAbsent(name, Route.compile(name, match, priority, value)) != null) {
                throw new IllegalArgumentException("there is a route " + name + " already");
            }
            return true;
        }

        /** Makes the table of what was added so far. */
        public RouteTable<T> build() {
            return new RouteTable<>(List.copyOf(routes.values()), List.copyOf(elsewhere));
        }
    }
}
