package gatehouse.snapshot;

import gatehouse.config.ConfigDocument;
import gatehouse.config.GatewayConfig;
import gatehouse.config.PolicySet;
import gatehouse.config.Problems;
import gatehouse.config.RouteConfig;
import gatehouse.config.ServiceConfig;
import gatehouse.config.TargetUrl;
import gatehouse.config.Template;
import gatehouse.forward.Interceptors;
import gatehouse.forward.Mirror;
import gatehouse.policy.auth.Auth;
import gatehouse.policy.edit.ResponseEdits;
import gatehouse.policy.ratelimit.RateLimit;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;

/** Checks what one part of a configuration says of another: names that must exist, ports and routes that clash. */
final class References {
    private final ConfigDocument document;
    private final GatewayConfig config;
    private final Path folder;
    private final Problems problems;
    private final Map<String, Boolean> misspelt = new HashMap<>();

    References(ConfigDocument document, GatewayConfig config, Path folder, Problems problems) {
        this.document = document;
        this.config = config;
        this.folder = folder;
        this.problems = problems;
    }

    void check(Map<String, PolicySet> effective) {
        config.routes().forEach(this::checkRoute);
        config.routes().forEach((name, route) -> {
            checkCaptures(List.of("routes", name, "to"), route, route.to());
            checkTopic(name, route);
            var set = effective.get(name);
            if (set != null) {
                checkMirror(name, set);
                route.to().split().keySet().forEach(service -> checkMirror(name, service));
                set.byKey()
                        .forEach((key, settings) -> settings.ifPresent(
                                record -> checkCaptures(List.of("routes", name, key), route, record)));
            }
        });
        effective.forEach(this::checkCache);
        effective.forEach(this::checkLimit);
        effective.forEach(this::checkJsonp);
        PortChecks.check(config, problems);
        config.services().forEach((name, service) -> {
            checkTargets(name, service);
            new StreamRoutes(config, problems).checkService(name, service);
            for (var i = 0; i < service.interceptors().size(); i++) {
                checkClass(
                        List.of("services", name, "interceptors", Integer.toString(i)),
                        service.interceptors().get(i));
            }
        });
    }

    /** The same address twice is a slip more often than a wish for a double weight. */
    private void checkTargets(String name, ServiceConfig service) {
        var known = new HashSet<TargetUrl>();
        for (var i = 0; i < service.targets().size(); i++) {
            var url = service.targets().get(i).url();
            if (!known.add(settled(url))) {
                problems.add(
                        List.of("services", name, "targets", Integer.toString(i)),
                        "target " + url + " stands there already",
                        "each target once",
                        "a `weight` gives it a larger share");
            }
        }
    }

    /** With the one spelling of an address that has several. */
    private static TargetUrl settled(TargetUrl url) {
        var bytes = NetUtil.createByteArrayFromIpAddressString(url.host());
        if (bytes == null) {
            return url;
        }
        try {
            return new TargetUrl(InetAddress.getByAddress(bytes).getHostAddress(), url.port());
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e); // it has four or sixteen bytes
        }
    }

    private void checkRoute(String name, RouteConfig route) {
        route.to()
                .services()
                .forEach(service -> checkName(
                        List.of("routes", name, "to"),
                        service,
                        "services",
                        config.services().keySet(),
                        "service"));
        route.use()
                .forEach(bundle -> checkName(
                        List.of("routes", name, "use"),
                        bundle,
                        "policies",
                        config.policies().keySet(),
                        "policy bundle"));
        route.match()
                .listener()
                .forEach(listener -> checkName(
                        List.of("routes", name, "match", "listener"),
                        listener,
                        "listeners",
                        config.listeners().keySet(),
                        "listener"));
        new StreamRoutes(config, problems).check(name, route);
        checkCalls(name, route);
        var files = route.to().files();
        if (files != null && !Files.isDirectory(folder.resolve(files))) {
            problems.add(
                    List.of("routes", name, "to", "files"),
                    files,
                    "a folder that exists in the folder of the configuration, or a whole path");
        }
    }

    /** The layer of one of several services, which is not among what holds for the route as a whole. */
    private void checkMirror(String route, String service) {
        var layer = config.services().get(service);
        if (layer != null) {
            checkMirror(route, layer.policies());
        }
    }

    private void checkMirror(String route, PolicySet set) {
        var mirror = set.get(Mirror.TYPE.key(), Mirror.Config.class);
        if (mirror != null) {
            checkName(
                    List.of("routes", route, Mirror.TYPE.key(), "to"),
                    mirror.to(),
                    "services",
                    config.services().keySet(),
                    "service");
        }
    }

    private void checkTopic(String name, RouteConfig route) {
        var topic = route.to().topic();
        if (topic == null) {
            return;
        }
        for (var capture : topic.captures()) {
            if (route.match().path().stream()
                    .noneMatch(pattern -> pattern.segments().contains("{" + capture + "}"))) {
                problems.add(
                        List.of("routes", name, "to", "topic"),
                        "{" + capture + "}",
                        "a name that stands in match.path, such as /events/{topic}");
            }
        }
    }

    private void checkLimit(String route, PolicySet set) {
        var limit = set.get(RateLimit.TYPE.key(), RateLimit.Config.class);
        if (limit != null
                && limit.scope() == RateLimit.Scope.CLUSTER
                && !config.cluster().enabled()
                && config.redis() == null) {
            problems.add(
                    List.of("routes", route, RateLimit.TYPE.key(), "scope"),
                    "cluster, but this node is in no cluster and has no redis",
                    "node, cluster.enabled: true, or a redis");
        }
    }

    /** Any page may load JSONP, and its visitor's browser would say who calls. */
    private void checkJsonp(String route, PolicySet set) {
        var edits = set.get(ResponseEdits.TYPE.key(), ResponseEdits.Config.class);
        var auth = set.get(Auth.TYPE.key(), Auth.TYPE.config());
        if (edits != null && edits.isForAnyPage() && auth != null && Auth.isByBrowser(auth)) {
            problems.add(
                    List.of("routes", route, ResponseEdits.TYPE.key(), "jsonp"),
                    "credentials: false, where cookies or passwords say who calls",
                    "credentials: true, if any page may read what its visitor may");
        }
    }

    /** {@code {path.NAME}} stands for a segment that at least one of the route's paths names. */
    private void checkCaptures(List<String> path, RouteConfig route, Record settings) {
        for (var template : Template.in(settings)) {
            for (var capture : template.captures()) {
                if (route.match().path().stream()
                        .noneMatch(pattern -> pattern.segments().contains("{" + capture + "}"))) {
                    problems.add(
                            path, "{path." + capture + "}", "a name that stands in match.path, such as /users/{id}");
                }
            }
        }
    }

    /** Messages are looked into on their way, which other people's proxy knows nothing of. */
    private void checkCalls(String name, RouteConfig route) {
        for (var to : route.to().services()) {
            var service = config.services().get(to);
            if (service == null || service.forwarder() != ServiceConfig.ForwarderKind.WEB_PROXY) {
                continue;
            }
            if (!route.match().grpc().isEmpty()
                    || route.to().rpc() != null
                    || service.protocol() == ServiceConfig.ServiceProtocol.GRPC) {
                problems.add(
                        List.of("routes", name, "to"),
                        to + " has forwarder web-proxy",
                        "a service with forwarder own, as the route carries calls of gRPC");
            }
        }
    }

    /** What goes through other people's interceptors can't be asked for without a client. */
    private void checkCache(String route, PolicySet policies) {
        var wanted = config.routes().get(route);
        var name = wanted == null ? null : wanted.to().service();
        var service = name == null ? null : config.services().get(name);
        if (service != null
                && service.forwarder() == ServiceConfig.ForwarderKind.WEB_PROXY
                && policies.get(Policies.CACHE.key(), Policies.CACHE.config()) != null) {
            problems.add(
                    List.of("routes", route, "to"),
                    name + " has forwarder web-proxy",
                    "a service with forwarder own, as the route has cache");
        }
    }

    /** A name that stands in the file, but with mistakes of its own, is not unknown. */
    private void checkName(List<String> path, String name, String collection, Collection<String> known, String what) {
        if (misspelt.computeIfAbsent(collection, this::isMisspelt)) {
            return;
        }
        if (!known.contains(name) && !document.has(List.of(collection, name))) {
            if (known.isEmpty()) {
                problems.add(path, "there is no " + what + " " + name, "one that stands under " + collection);
            } else {
                problems.addUnknown(path, "there is no " + what, name, List.copyOf(known));
            }
        }
    }

    /** Whether a collection is missing because its key is written wrongly, which is told already. */
    private boolean isMisspelt(String collection) {
        var hint = "did you mean " + collection + "?";
        return !document.has(List.of(collection))
                && problems.list().stream()
                        .anyMatch(problem -> problem.path().indexOf('.') < 0
                                && problem.hint().equals(hint));
    }

    private void checkClass(List<String> path, String className) {
        var expected = Interceptors.expectation(className);
        if (expected != null) {
            problems.add(path, className, expected);
        }
    }
}
