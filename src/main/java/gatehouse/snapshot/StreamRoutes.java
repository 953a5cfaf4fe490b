package gatehouse.snapshot;

import gatehouse.config.ConfigDocument;
import gatehouse.config.GatewayConfig;
import gatehouse.config.ListenerConfig;
import gatehouse.config.ListenerConfig.Protocol;
import gatehouse.config.MatchConfig;
import gatehouse.config.PolicySet;
import gatehouse.config.Problems;
import gatehouse.config.RouteConfig;
import gatehouse.config.ServiceConfig;
import gatehouse.forward.Timeouts;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Set;

/** Checks that a route leads from a listener to a service that speaks the same. */
final class StreamRoutes {
    private static final String HINT = "it would guard nothing; `null` takes it off";
    private static final String ABOUT_REQUESTS = "; all else is about requests";

    /** Policies that hold for connections; all others are about requests, and nobody should think that they guard a port. */
    private static final Rules OF_TCP = new Rules(
            "tcp",
            Set.of("access", "timeout", "retry", "breaker"),
            "access, timeout, retry or breaker" + ABOUT_REQUESTS,
            Set.of("sni"),
            "listener and sni");

    /** Datagrams go to one target and need no connection. */
    private static final Rules OF_UDP =
            new Rules("udp", Set.of("access"), "access" + ABOUT_REQUESTS + " or connections", Set.of(), "listener");

    private static final Rules OF_FORWARD = new Rules(
            "forward",
            Set.of("access"),
            "access" + ABOUT_REQUESTS + " or a service",
            Set.of("host", "method"),
            "listener, host and method");

    /**
     * What makes sense behind a listener.
     *
     * @param protocol what is spoken there
     * @param policies keys
     * @param expected the same for people
     * @param conditions keys of {@code match} beside {@code listener}
     * @param expectedConditions the same for people
     */
    private record Rules(
            String protocol,
            Set<String> policies,
            String expected,
            Set<String> conditions,
            String expectedConditions) {}

    private final GatewayConfig config;
    private final Problems problems;

    StreamRoutes(GatewayConfig config, Problems problems) {
        this.config = config;
        this.problems = problems;
    }

    void check(String name, RouteConfig route) {
        var at = List.of("routes", name, "match", "listener");
        for (var listener : route.match().listener()) {
            var listening = config.listeners().get(listener);
            if (listening != null) {
                checkListener(name, route, listener, listening);
            }
        }
        if (route.to().isForward()) {
            checkForward(name, route);
        }
        for (var wanted : route.to().services()) {
            var service = config.services().get(wanted);
            if (service != null && !service.isHttp() && route.match().listener().isEmpty()) {
                problems.add(at, "none, and service " + wanted + " does not speak HTTP", "a listener of tcp or udp");
            }
        }
        if (!route.match().sni().isEmpty() && route.match().listener().isEmpty()) {
            problems.add(List.of("routes", name, "match", "sni"), "sni without listener", "a listener of tcp");
        }
    }

    private void checkForward(String name, RouteConfig route) {
        if (config.services().containsKey("forward")) {
            problems.add(List.of("services", "forward"), "the name forward", "another, as to: forward is no service");
        }
        if (route.match().host().isEmpty()) {
            problems.add(List.of("routes", name, "match"), "no host", "the hosts that clients may go to");
        }
        var listeners = route.match().listener();
        if (listeners.isEmpty()
                || listeners.stream()
                        .map(config.listeners()::get)
                        .anyMatch(one -> one != null && !one.protocols().contains(Protocol.FORWARD))) {
            problems.add(List.of("routes", name, "to"), "forward", "match.listener with a listener of forward");
        }
    }

    /** Policies of a service that does not speak HTTP: they hold on all of its routes. */
    void checkService(String name, ServiceConfig service) {
        if (service.isHttp()) {
            return;
        }
        var isTcp = service.isOf("tcp");
        checkSet(
                List.of("services", name),
                service.policies(),
                isTcp ? OF_TCP : OF_UDP,
                "for targets of " + (isTcp ? "tcp" : "udp"));
    }

    private void checkPolicies(String name, RouteConfig route, String listener, Rules rules) {
        checkSet(List.of("routes", name), route.policies(), rules, "behind listener " + listener);
        for (var bundle : route.use()) {
            var layer = config.policies().get(bundle);
            if (layer != null) {
                layer.set().byKey().forEach((key, settings) -> {
                    if (settings.isPresent() && !rules.policies().contains(key)) {
                        problems.add(
                                List.of("routes", name, "use"),
                                key + " of " + bundle + " behind listener " + listener,
                                rules.expected(),
                                HINT);
                    }
                });
            }
        }
    }

    private void checkSet(List<String> place, PolicySet set, Rules rules, String where) {
        set.byKey().forEach((key, settings) -> {
            var path = new ArrayList<>(place);
            path.add(key);
            if (settings.isPresent() && !rules.policies().contains(key)) {
                problems.add(path, key + " " + where, rules.expected(), HINT);
            } else if (settings.isPresent() && settings.get() instanceof Timeouts timeouts) {
                checkTimeouts(path, timeouts);
            }
        });
    }

    private void checkTimeouts(List<String> path, Timeouts timeouts) {
        var usual = ConfigDocument.defaults(Timeouts.class);
        if (!timeouts.firstByte().equals(usual.firstByte())
                || !timeouts.idle().equals(usual.idle())
                || !timeouts.total().equals(usual.total())) {
            problems.add(
                    path,
                    "more than connect",
                    "connect alone",
                    "`stream.idle` of the listener ends what does not move");
        }
    }

    private void checkMatch(List<String> place, MatchConfig match, Rules rules) {
        var given = new LinkedHashMap<String, Boolean>();
        given.put("host", !match.host().isEmpty());
        given.put("path", !match.path().isEmpty());
        given.put("method", !match.method().isEmpty());
        given.put("header", !match.header().isEmpty());
        given.put("query", !match.query().isEmpty());
        given.put("cookie", !match.cookie().isEmpty());
        given.put("protocol", !match.protocol().isEmpty());
        given.put("sni", !match.sni().isEmpty());
        given.put("version", match.version() != null);
        given.put("grpc", !match.grpc().isEmpty());
        given.forEach((key, isGiven) -> {
            if (isGiven && !rules.conditions().contains(key)) {
                var path = new ArrayList<>(place);
                path.add(key);
                problems.add(
                        path,
                        key + " can't be matched on a listener of " + rules.protocol(),
                        rules.expectedConditions());
            }
        });
        if (match.not() != null) {
            var path = new ArrayList<>(place);
            path.add("not");
            checkMatch(path, match.not(), rules);
        }
    }

    private void checkListener(String name, RouteConfig route, String listener, ListenerConfig listening) {
        if (listening.isHttp()) {
            checkOfHttp(name, route, listener);
            return;
        }
        var isTcp = listening.protocols().contains(Protocol.TCP);
        var rules = isTcp ? OF_TCP : listening.protocols().contains(Protocol.UDP) ? OF_UDP : OF_FORWARD;
        checkPolicies(name, route, listener, rules);
        checkMatch(List.of("routes", name, "match"), route.match(), rules);
        var at = List.of("routes", name, "to");
        if (!listening.protocols().contains(Protocol.FORWARD)) {
            checkTarget(at, route, listener, isTcp ? "tcp" : "udp");
        } else if (!route.to().isForward()) {
            problems.add(at, "listener " + listener + " speaks forward", "to: forward");
        }
    }

    private void checkOfHttp(String name, RouteConfig route, String listener) {
        for (var wanted : route.to().services()) {
            var service = config.services().get(wanted);
            if (service != null && !service.isHttp()) {
                problems.add(
                        List.of("routes", name, "to"),
                        wanted + " does not speak HTTP, and listener " + listener + " does",
                        "a service of http");
            }
        }
        if (!route.match().sni().isEmpty()) {
            problems.add(
                    List.of("routes", name, "match", "sni"),
                    "listener " + listener + " speaks HTTP",
                    "match.host, which is the same for HTTP");
        }
    }

    private void checkTarget(List<String> at, RouteConfig route, String listener, String streams) {
        var wanted = route.to().service();
        var service = wanted == null ? null : config.services().get(wanted);
        if (wanted == null || (service != null && !service.isOf(streams))) {
            problems.add(
                    at,
                    (wanted == null ? "no service" : wanted) + " behind listener " + listener,
                    "a service whose targets are " + streams + "://HOST:PORT"
                            + (streams.equals("tcp") ? ", or a registry and protocol: tcp" : ""));
        }
    }
}
