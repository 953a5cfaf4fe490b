package gatehouse.launch;

import gatehouse.admin.AdminVerticle;
import gatehouse.grpc.GrpcProxyVerticle;
import gatehouse.http.HttpProxyVerticle;
import gatehouse.refresh.CacheRefreshVerticle;
import gatehouse.registrar.RegistryVerticle;
import io.vertx.core.Deployable;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** The verticles of the manifest, deployed. */
public final class Deployments {
    private static final String REGISTRY = "RegistryVerticle";
    private static final Set<String> OWN =
            Set.of("CacheRefreshVerticle", "HttpProxyVerticle", "GrpcProxyVerticle", "AdminVerticle");

    private final Vertx vertx;
    private final Node node;
    private final Manifest manifest;
    private final Path home;
    private final Map<String, Running> running = Collections.synchronizedMap(new LinkedHashMap<>());
    private final List<HttpProxyVerticle> httpProxies = Collections.synchronizedList(new ArrayList<>());

    Deployments(Vertx vertx, Node node, Manifest manifest, Path home) {
        this.vertx = vertx;
        this.node = node;
        this.manifest = manifest;
        this.home = home;
    }

    /**
     * A deployed entry.
     *
     * @param id its deployment
     * @param main what runs
     * @param instances how many of it
     */
    public record Running(String id, String main, int instances) {}

    /** Deploys what does not belong to the gateway. Before the services begin to probe: it may be one of their targets. */
    Future<Void> startOthers() {
        return start(main -> !OWN.contains(main) && !REGISTRY.equals(main));
    }

    /** Deploys the registry, if it runs here. Before the services that follow it begin. */
    Future<Void> startRegistry() {
        return start(REGISTRY::equals);
    }

    /** Deploys what takes requests. */
    Future<Void> startOwn() {
        return start(OWN::contains);
    }

    private Future<Void> start(Predicate<String> which) {
        Future<Void> chain = Future.succeededFuture();
        for (var entry : manifest.verticles().entrySet()) {
            if (entry.getValue().enabled() && which.test(entry.getValue().main())) {
                chain = chain.compose(before -> deploy(entry.getKey(), entry.getValue()));
            }
        }
        return chain;
    }

    private Future<Void> deploy(String name, Manifest.Entry entry) {
        var instances = entry.instances().on(Runtime.getRuntime().availableProcessors());
        var options = new DeploymentOptions().setInstances(instances).setConfig(new JsonObject(entry.config()));
        Future<String> deployed;
        var builtIn = builtIn(entry, instances);
        if (builtIn != null) {
            deployed = vertx.deployVerticle(builtIn, options);
        } else {
            deployed = vertx.deployVerticle("java:" + entry.main(), options.setClassLoader(loader(entry)));
        }
        return deployed.onSuccess(id -> running.put(name, new Running(id, entry.main(), instances)))
                .mapEmpty();
    }

    private @org.jspecify.annotations.Nullable Supplier<Deployable> builtIn(Manifest.Entry entry, int instances) {
        var instance = new AtomicInteger();
        return switch (entry.main()) {
            case "HttpProxyVerticle" ->
                () -> {
                    var proxy = new HttpProxyVerticle(node.httpNode(), instance.getAndIncrement(), instances);
                    httpProxies.add(proxy);
                    return proxy;
                };
            case "CacheRefreshVerticle" -> () -> new CacheRefreshVerticle(node.refreshNode());
            case "GrpcProxyVerticle" -> () -> new GrpcProxyVerticle(node.grpcNode());
            case "AdminVerticle" -> () -> new AdminVerticle(node.adminNode());
            case REGISTRY -> () -> new RegistryVerticle(node.registryNode());
            default -> null;
        };
    }

    private ClassLoader loader(Manifest.Entry entry) {
        var parent = Deployments.class.getClassLoader();
        if (entry.jar() == null) {
            return parent;
        }
        try {
            return new URLClassLoader(
                    new URL[] {home.resolve(entry.jar()).toUri().toURL()}, parent);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Tells clients that their connections end. */
    Future<Void> announceEnd() {
        var told = new ArrayList<Future<?>>();
        httpProxies.forEach(proxy -> told.add(proxy.announceEnd()));
        return Future.join(told).mapEmpty();
    }

    /** Undeploys everything, the last one first. */
    Future<Void> stop() {
        var ids = new ArrayList<>(running.values());
        Collections.reverse(ids);
        running.clear();
        Future<Void> chain = Future.succeededFuture();
        for (var deployed : ids) {
            chain = chain.transform(before -> vertx.undeploy(deployed.id()));
        }
        return chain;
    }

    /** What is deployed, by name. */
    public Map<String, Running> running() {
        synchronized (running) {
            return new LinkedHashMap<>(running);
        }
    }
}
