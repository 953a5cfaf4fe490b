package gatehouse.observe;

import gatehouse.exchange.ExchangeFacts;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * One event loop's counters. Confined to that event loop; scrapes read it from outside. The maps are concurrent only so
 * that a scrape may walk them while a new route appears: on the path they are read, and mostly not even that.
 */
public final class MetricsLane implements AutoCloseable {
    /** The label of exchanges that no route matched. */
    public static final String NO_ROUTE = "none";

    /** More kinds of problem than there are; beyond it they are counted together. */
    private static final int MAX_PROBLEMS = 64;

    private static final String OTHER_PROBLEMS = "other";

    final Map<String, RouteStats> routes = new ConcurrentHashMap<>();
    final Map<String, Cells> services = new ConcurrentHashMap<>();
    final Map<String, ListenerStats> listeners = new ConcurrentHashMap<>();
    final Map<String, Cells> problems = new ConcurrentHashMap<>();
    final Cells inFlight = new Cells(1);
    final Cells unsent = new Cells(1);

    private final Metrics metrics;

    MetricsLane(Metrics metrics) {
        this.metrics = metrics;
    }

    /** The counters of a route, made when it has none yet. Keep the handle, next to the route and per lane. */
    public RouteStats route(String name) {
        RouteStats known = routes.get(name);
        return known != null ? known : routes.computeIfAbsent(name, added -> new RouteStats());
    }

    /** The counters of a listener, made when it has none yet. */
    public ListenerStats listener(String name) {
        return listeners.computeIfAbsent(name, added -> new ListenerStats());
    }

    /** An exchange begins; {@code record} ends it. */
    public void begin() {
        inFlight.add(0, 1);
    }

    /** So many bytes of answers wait for clients on this lane now. */
    public void unsent(long bytes) {
        unsent.add(0, bytes - unsent.get(0));
    }

    /** An exchange has ended: counts it under the name of its route. */
    public void record(ExchangeFacts facts) {
        String name = facts.route();
        record(route(name == null ? NO_ROUTE : name), facts);
    }

    /** An exchange has ended: counts it, without looking up the route. */
    public void record(RouteStats route, ExchangeFacts facts) {
        inFlight.add(0, -1);
        route.record(facts);
        String service = facts.service();
        if (service != null && facts.upstreamNanos() >= 0) {
            Durations.record(route.upstream(service, this), 0, facts.upstreamNanos());
        }
        String problem = facts.problem();
        if (problem != null) {
            problem(problem).add(0, 1);
        }
    }

    /** Called on the event loop when it uses the lane no more; its counts stay in the totals. */
    @Override
    public void close() {
        metrics.retire(this);
    }

    Cells service(String name) {
        return services.computeIfAbsent(name, added -> new Cells(Durations.SIZE));
    }

    /** Takes over the counts of a lane that is closed; requests in flight end with it. */
    void addAll(MetricsLane other) {
        other.routes.forEach((name, stats) -> route(name).cells.addAll(stats.cells));
        other.services.forEach((name, cells) -> service(name).addAll(cells));
        other.listeners.forEach((name, stats) -> listener(name).cells.addAll(stats.cells));
        other.problems.forEach((name, cells) -> problem(name).addAll(cells));
    }

    private Cells problem(String name) {
        Cells known = problems.get(name);
        if (known != null) {
            return known;
        }
        String counted = problems.size() < MAX_PROBLEMS ? name : OTHER_PROBLEMS;
        return problems.computeIfAbsent(counted, added -> new Cells(1));
    }
}
