package gatehouse.admin;

import gatehouse.cache.CacheSample;
import gatehouse.cache.Purge;
import gatehouse.cache.Purged;
import gatehouse.cluster.Cluster;
import gatehouse.config.ConfigProblem;
import gatehouse.observe.Metrics;
import gatehouse.policy.Revocations;
import gatehouse.registry.Registry;
import gatehouse.snapshot.Snapshots;
import io.vertx.core.Future;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What the admin API works with on its node. The suppliers are asked on its event loop, for each request anew.
 *
 * @param about what never changes while the process lives
 * @param snapshots the configuration in force
 * @param metrics what is scraped
 * @param ready whether every listener is bound and the node is not ending
 * @param blocked event loops that have not come round for too long, by name
 * @param problems what was wrong with the last configuration that was rejected; empty when the newest one is in force
 * @param reload reads the configuration's files again; completes when they are in force, fails with
 *     {@link gatehouse.config.ConfigException} when they are not taken
 * @param verticles what runs here, and how it is redeployed
 * @param ports bound ports by listener
 * @param port where the admin API is served, or will be
 * @param bridge where the registry's bridge is served, where there is one
 * @param events what happened on the node, for those who watch
 * @param bound is told the port of the admin API itself
 * @param bridgeBound is told the port of the registry's bridge, where there is one
 * @param cluster the nodes that work together
 * @param registry instances that register themselves; null where no registry runs here
 * @param revocations tokens of callers that are not taken any more
 * @param cache what the response cache holds, and how it forgets
 * @param publish publishes a text on a topic for clients, and says by which id
 * @param generatedToken token for writes where the configuration names none; null where it always did
 */
public record AdminNode(
        About about,
        Snapshots snapshots,
        Metrics metrics,
        BooleanSupplier ready,
        Supplier<List<String>> blocked,
        Supplier<List<ConfigProblem>> problems,
        Supplier<Future<Void>> reload,
        Verticles verticles,
        Supplier<Map<String, Integer>> ports,
        AdminPort port,
        AdminPort bridge,
        Happenings events,
        IntConsumer bound,
        IntConsumer bridgeBound,
        Cluster cluster,
        @Nullable Registry registry,
        Revocations revocations,
        Cache cache,
        BiFunction<String, String, String> publish,
        Supplier<@Nullable String> generatedToken) {
    /**
     * The process.
     *
     * @param version what was built
     * @param transport how sockets are driven: {@code nio}, {@code epoll}, {@code io_uring} or {@code kqueue}
     * @param startedAt when it started
     */
    public record About(String version, String transport, Instant startedAt) {}

    /**
     * The response cache.
     *
     * @param sample what it has done and holds
     * @param purge forgets on all nodes, and says how many responses there were and who has not confirmed it
     */
    public record Cache(Supplier<CacheSample> sample, Function<Purge, Future<Purged>> purge) {}

    /**
     * A deployed entry of the manifest.
     *
     * @param name its name
     * @param main what runs
     * @param instances how many of it
     * @param generation 1 for the first, one more with each redeployment
     */
    public record Verticle(String name, String main, int instances, int generation) {}

    /**
     * The entries of the manifest.
     *
     * @param running what is deployed
     * @param redeploy starts the successor of one; completes when that is up
     */
    public record Verticles(Supplier<List<Verticle>> running, Function<String, Future<Void>> redeploy) {}

    /** Hides the token. */
    @Override
    public String toString() {
        return "AdminNode[" + about + "]";
    }
}
