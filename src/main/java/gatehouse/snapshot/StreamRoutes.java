package gatehouse.snapshot;

import gatehouse.config.GatewayConfig;
import gatehouse.config.ListenerConfig;
import gatehouse.config.ListenerConfig.Protocol;
import gatehouse.config.Problems;
import gatehouse.config.RouteConfig;
import java.util.List;
import java.util.Set;

/** Checks that a route leads from a listener to a service that speaks the same. */
final class StreamRoutes {
    /** Policies that hold for bytes; all others are about requests, and nobody should think that they guard a port. */
    private static final Set<String> OF_STREAMS = Set.of("access", "timeout", "retry", "breaker");

    private static final String EXPECTED = "access, timeout, retry or breaker; all else is about requests";

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

    private void checkPolicies(String name, RouteConfig route, String listener) {
        for (var key : route.policies().byKey().keySet()) {
            if (!OF_STREAMS.contains(key)) {
                problems.add(List.of("routes", name, key), key + " behind listener " + listener, EXPECTED);
            }
        }
        for (var bundle : route.use()) {
            var layer = config.policies().get(bundle);
            if (layer != null && !OF_STREAMS.containsAll(layer.set().byKey().keySet())) {
                problems.add(List.of("routes", name, "use"), bundle + " behind listener " + listener, EXPECTED);
            }
        }
    }

    private void checkListener(String name, RouteConfig route, String listener, ListenerConfig listening) {
        var at = List.of("routes", name, "to");
        if (!listening.isHttp()) {
            checkPolicies(name, route, listener);
        }
        if (listening.protocols().contains(Protocol.FORWARD)) {
            if (!route.to().isForward()) {
                problems.add(at, "listener " + listener + " speaks forward", "to: forward");
            }
            return;
        }
        var streams = listening.protocols().contains(Protocol.TCP) ? "tcp" : "udp";
        if (listening.isHttp()) {
            for (var wanted : route.to().services()) {
                var service = config.services().get(wanted);
                if (service != null && !service.isHttp()) {
                    problems.add(
                            at,
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
            return;
        }
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
