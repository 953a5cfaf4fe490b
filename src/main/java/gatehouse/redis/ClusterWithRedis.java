package gatehouse.redis;

import gatehouse.cluster.Cluster;
import gatehouse.cluster.Commons;
import gatehouse.cluster.Ledger;
import gatehouse.cluster.Member;
import gatehouse.cluster.Records;
import gatehouse.cluster.SharedMap;
import gatehouse.config.RedisConfig;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * The nodes that work together, be it one, with a Redis that keeps responses, accounts and records for them. Nodes with the same Redis have
 * those in common whether or not they are members of one cluster.
 */
public final class ClusterWithRedis implements Cluster, AutoCloseable {
    private static final Duration LONGEST_START = Duration.ofSeconds(3);

    private final Cluster cluster;
    private final RedisLink link;
    private final Commons commons;
    private final RedisLedger ledger;

    private ClusterWithRedis(Vertx vertx, Cluster cluster, RedisLink link, Duration every) {
        this.cluster = cluster;
        this.link = link;
        commons = new RedisCommons(link);
        ledger = new RedisLedger(vertx, link, cluster.self(), every);
    }

    /**
     * Puts a Redis beside a cluster.
     *
     * @param every how often a node tells there that it lives
     */
    public static ClusterWithRedis open(Vertx vertx, Cluster cluster, RedisConfig config, Duration every) {
        return new ClusterWithRedis(vertx, cluster, RedisLink.open(vertx, config), every);
    }

    /** Finds out which other nodes have this Redis; completes in any case, after some seconds at most. */
    public Future<Void> meet() {
        return ledger.meet()
                .timeout(LONGEST_START.toMillis(), TimeUnit.MILLISECONDS)
                .otherwiseEmpty();
    }

    /** What is kept of topics there. */
    public TopicLog topics() {
        return new TopicLog(link);
    }

    @Override
    public Commons commons() {
        return commons;
    }

    @Override
    public Ledger ledger() {
        return ledger;
    }

    @Override
    public Records records(String name) {
        return new RedisRecords(link, name);
    }

    @Override
    public String self() {
        return cluster.self();
    }

    @Override
    public List<Member> members() {
        return cluster.members();
    }

    @Override
    public Set<Integer> ports() {
        return cluster.ports();
    }

    @Override
    public void listensAt(Set<Integer> ports) {
        cluster.listensAt(ports);
    }

    @Override
    public Map<InetAddress, Set<Integer>> portsOfOthers() {
        return cluster.portsOfOthers();
    }

    @Override
    public boolean isShared() {
        return cluster.isShared();
    }

    @Override
    public byte[] key(String purpose) {
        return cluster.key(purpose);
    }

    @Override
    public void onChange(Runnable changed) {
        cluster.onChange(changed);
    }

    @Override
    public SharedMap map(String name) {
        return cluster.map(name);
    }

    /** Goes from the other nodes and ends all connections. */
    @Override
    public void close() {
        ledger.leave().onComplete(gone -> link.close());
    }
}
