package gatehouse.policy;

import gatehouse.cluster.Cluster;
import gatehouse.config.ConsumerConfig;
import io.vertx.core.Vertx;
import java.time.InstantSource;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * What a policy may use of the node that it runs on. A policy is built once for all event loops, so what it makes of this is
 * thread-safe.
 *
 * @param vertx for timers, clients and work that blocks
 * @param files the files that settings name
 * @param wallTime the time of day
 * @param nanoTime a clock such as {@link System#nanoTime}
 * @param consumers who calls, by name
 * @param kept what outlives a snapshot
 * @param revocations tokens that are not taken any more
 * @param cluster the other nodes, if there are any
 * @param route the route whose policies are made
 */
public record Surroundings(
        Vertx vertx,
        NamedFiles files,
        InstantSource wallTime,
        LongSupplier nanoTime,
        Map<String, ConsumerConfig> consumers,
        Kept kept,
        Revocations revocations,
        Cluster cluster,
        String route) {
    /** The same for the policies of another route. */
    public Surroundings of(String name) {
        return new Surroundings(vertx, files, wallTime, nanoTime, consumers, kept, revocations, cluster, name);
    }
}
