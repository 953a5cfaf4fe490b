package gatehouse.launch;

import gatehouse.admin.AdminVerticle;
import gatehouse.grpc.GrpcProxyVerticle;
import gatehouse.http.HttpProxyVerticle;
import gatehouse.refresh.CacheRefreshVerticle;
import gatehouse.registrar.RegistryVerticle;
import gatehouse.tcp.TcpProxyVerticle;
import io.vertx.core.Deployable;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** Starts one entry of the manifest: finds its classes, makes its instances and waits until they are up. */
final class Launcher {
    private final Vertx vertx;
    private final Edges edges;
    private final Path home;
    private final SideLoop side;
    private final SideLoop plugins;

    Launcher(Vertx vertx, Edges edges, Path home, SideLoop side, SideLoop plugins) {
        this.vertx = vertx;
        this.edges = edges;
        this.home = home;
        this.side = side;
        this.plugins = plugins;
    }

    /** Where that runs which carries no traffic. */
    SideLoop side() {
        return side;
    }

    /** Answers whoever waits at the admin API for something to happen. */
    Future<Void> announceEnd() {
        return edges.announceEnd();
    }

    /** What was made for one deployment. */
    private record Made(
            List<Deployable> instances, @Nullable PluginCode code) {}

    /**
     * Starts an entry.
     *
     * @param limit longest time until it is up
     * @param late gets what is up only after that
     * @return fails when it does not start in time
     */
    Future<Deployed> start(String name, Manifest.Entry entry, int generation, Duration limit, Handler<Deployed> late) {
        var count = entry.instances().on(Runtime.getRuntime().availableProcessors());
        return vertx.executeBlocking(() -> make(entry, count), false) // constructors of others may take their time
                .compose(made -> {
                    var starting = deploy(entry, made)
                            .map(id -> new Deployed(name, entry, id, count, generation, made.code()));
                    return starting.timeout(limit.toMillis(), TimeUnit.MILLISECONDS)
                            .onFailure(cause -> starting.onSuccess(late));
                });
    }

    private Made make(Manifest.Entry entry, int count) throws IOException, ReflectiveOperationException {
        var builtIn = BuiltIn.named(entry.main());
        if (builtIn != null) {
            return new Made(instances(count, maker(builtIn, count)), null);
        }
        var code = entry.jar() == null ? null : PluginCode.of(home.resolve(entry.jar()));
        if (code != null && !entry.takes(code.loader().digest())) {
            throw new IOException(entry.jar() + " has the SHA-256 "
                    + code.loader().digest() + ", not the one that the manifest names");
        }
        var loader = code == null ? Launcher.class.getClassLoader() : code.loader();
        var constructor = Class.forName(entry.main(), true, loader).getDeclaredConstructor();
        constructor.setAccessible(true);
        var made = new ArrayList<Deployable>();
        for (var i = 0; i < count; i++) {
            var instance = (Deployable) constructor.newInstance();
            made.add(count == 1 ? plugins.carry(instance) : instance);
        }
        return new Made(made, code);
    }

    private static List<Deployable> instances(int count, IntFunction<Deployable> maker) {
        var made = new ArrayList<Deployable>();
        for (var i = 0; i < count; i++) {
            made.add(maker.apply(i));
        }
        return made;
    }

    private IntFunction<Deployable> maker(BuiltIn which, int count) {
        return switch (which) {
            case HTTP -> i -> new HttpProxyVerticle(edges.http(), i, count);
            case TCP -> i -> new TcpProxyVerticle(edges.tcp(), i, count);
            case GRPC -> i -> side.carry(new GrpcProxyVerticle(edges.grpc()));
            case CACHE -> i -> side.carry(new CacheRefreshVerticle(edges.refresh()));
            case WS -> i -> side.carry(edges.ws());
            case ADMIN -> i -> side.carry(new AdminVerticle(edges.admin()));
            case REGISTRY -> i -> side.carry(new RegistryVerticle(edges.registry()));
        };
    }

    private Future<String> deploy(Manifest.Entry entry, Made made) {
        var options =
                new DeploymentOptions().setInstances(made.instances().size()).setConfig(new JsonObject(entry.config()));
        if (made.code() != null) {
            options.setClassLoader(made.code().loader());
        }
        Iterator<Deployable> next = made.instances().iterator();
        return vertx.deployVerticle(next::next, options);
    }
}
