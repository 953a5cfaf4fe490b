package gatehouse.launch;

import gatehouse.config.ConfigException;
import gatehouse.config.ConfigProblem;
import gatehouse.config.GatewayConfig;
import gatehouse.listener.Listeners;
import gatehouse.registry.AddressGuard;
import gatehouse.snapshot.Blueprint;
import gatehouse.snapshot.Snapshot;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Puts a configuration in force: all of it, or nothing. One at a time. */
final class Installer {
    private static final Logger LOG = LoggerFactory.getLogger(Node.class);

    private final NodeParts parts;
    private final Deployments deployments;

    Installer(NodeParts parts, Deployments deployments) {
        this.parts = parts;
        this.deployments = deployments;
    }

    /**
     * Puts it in force. Exchanges under way keep the one that they began with.
     *
     * @return fails with {@link ConfigException} for one that can't be, and when a listener can't be bound; then nothing has changed
     */
    Future<Void> install(Blueprint blueprint) {
        var connections = blueprint.config().node().connections();
        if (connections != null && connections > parts.listeners().mostConnections()) {
            return Future.failedFuture(tooManyConnections(blueprint, connections));
        }
        var dangling = Dangling.in(blueprint, deployments.manifest());
        if (!dangling.isEmpty()) {
            return Future.failedFuture(new ConfigException(dangling));
        }
        var previous = parts.snapshots().isEmpty() ? null : parts.snapshots().current();
        return provideToken(blueprint)
                .compose(provided -> parts.listeners()
                        .prepare(blueprint.config().listeners(), blueprint.tls().listeners()))
                .compose(change -> parts.vertx()
                        // files are read and steps of plugins made, which is nothing for the loop that has bound a port
                        .executeBlocking(() -> parts.builder().build(blueprint, previous), false)
                        .compose(building -> building)
                        .compose(next -> change.leave()
                                .onFailure(cause -> closeServices(next, previous))
                                .map(next))
                        .compose(next -> commit(change, previous, next))
                        .recover(cause -> change.rollBack().transform(closed -> Future.failedFuture(cause))));
    }

    /** Who takes all tokens out of the configuration needs the one that the node makes for itself. */
    private Future<Void> provideToken(Blueprint blueprint) {
        var config = blueprint.config().admin();
        if (!deployments.manifest().runs(BuiltIn.ADMIN) || !config.tokens().isEmpty() || parts.adminToken() != null) {
            return Future.succeededFuture();
        }
        return parts.vertx().executeBlocking(() -> {
            parts.provideAdminToken(config);
            return null;
        });
    }

    private Future<Void> commit(Listeners.Change change, @Nullable Snapshot previous, Snapshot next) {
        var config = next.config();
        var drain = config.node().drain();
        parts.snapshots().replace(parts.vertx(), next);
        next.blueprint().tls().warnings().forEach(warning -> LOG.warn("{}", warning));
        adoptRegistry(config);
        parts.cache().adopt(config.cache(), config.node().name());
        parts.listeners().limitConnections(config.node().connections());
        var closing = change.commit(drain.http(), drain.tcp());
        parts.ports().listenersAt(parts.listeners().ports());
        parts.metrics().reloaded(next.number());
        parts.metrics()
                .retain(
                        next.routes().keySet(),
                        next.services().keySet(),
                        config.listeners().keySet());
        if (previous == null) {
            return closing;
        }
        closeServices(previous, next);
        return Future.succeededFuture();
    }

    /** Lets the registry go by a configuration. */
    void adoptRegistry(GatewayConfig config) {
        var bridge = config.registry().bridge();
        var fromElsewhere = !config.admin().listen().isLoopback()
                || (bridge != null && !bridge.listen().isLoopback());
        var allow = config.registry().allow();
        parts.registry()
                .adopt(
                        config.registry(),
                        new AddressGuard(allow, fromElsewhere, parts.ports()::contains, parts.ports()::ofOthers));
    }

    /** Each connection needs a file, and so does the one to its target. */
    private ConfigException tooManyConnections(Blueprint blueprint, int connections) {
        return new ConfigException(List.of(new ConfigProblem(
                blueprint.connections(),
                "node.connections",
                connections + " connections need more files than the "
                        + parts.listeners().mostFiles() + " that this process may open",
                "at most " + parts.listeners().mostConnections(),
                "`ulimit -n " + Listeners.filesFor(connections) + "` would do")));
    }

    /**
     * Ends the services that only one of two snapshots has: they probe no more; exchanges that began with them still pick among their
     * targets.
     */
    private static void closeServices(Snapshot of, @Nullable Snapshot kept) {
        var gone = new ArrayList<>(of.services().values());
        if (kept != null) {
            gone.removeAll(kept.services().values());
        }
        gone.forEach(service -> service.close());
    }
}
