package gatehouse.cluster;

import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.HazelcastInstanceNotActiveException;
import com.hazelcast.replicatedmap.ReplicatedMap;
import io.vertx.core.Vertx;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The ports at which members listen, as they tell each other. What was told is known to every member and read without waiting.
 * Thread-safe.
 */
final class MemberPorts {
    private static final Logger LOG = LoggerFactory.getLogger(MemberPorts.class);

    /** What others have told is looked at again after so long. */
    private static final long FRESH = TimeUnit.MILLISECONDS.toNanos(200);

    private final HazelcastInstance hazelcast;
    private final String id;
    private final ReplicatedMap<String, String> told;
    private volatile Set<Integer> own = Set.of();
    private volatile @Nullable Seen seen;

    /**
     * @param id of this member
     */
    MemberPorts(HazelcastInstance hazelcast, String id) {
        this.hazelcast = hazelcast;
        this.id = id;
        told = hazelcast.getReplicatedMap("gatehouse.ports");
    }

    /** What others had told at a time. */
    private record Seen(Map<InetAddress, Set<Integer>> ports, long at) {}

    /** Tells the others, soon. */
    void tell(Vertx vertx, Set<Integer> ports) {
        own = new TreeSet<>(ports);
        tellAgain(vertx);
    }

    /** Tells those who may not have heard. */
    void tellAgain(Vertx vertx) {
        seen = null;
        vertx.executeBlocking(this::put, false).onFailure(e -> LOG.debug("the others don't hear of our ports", e));
    }

    private synchronized @Nullable Void put() {
        told.put(id, String.join(",", own.stream().map(String::valueOf).toList()));
        return null;
    }

    /** Forgets what a member had told that is gone. */
    void forget(Vertx vertx, String gone) {
        seen = null;
        vertx.executeBlocking(() -> told.remove(gone), false)
                .onFailure(e -> LOG.debug("the ports of a member are kept", e));
    }

    /** The ports of the other members that are there, by the address at which members reach them. */
    Map<InetAddress, Set<Integer>> others() {
        var last = seen;
        var now = System.nanoTime();
        if (last == null || now - last.at > FRESH) {
            last = new Seen(look(), now);
            seen = last;
        }
        return last.ports;
    }

    private Map<InetAddress, Set<Integer>> look() {
        var all = new HashMap<InetAddress, Set<Integer>>();
        try {
            for (var member : hazelcast.getCluster().getMembers()) {
                if (!member.localMember()) {
                    var at = member.getAddress();
                    var ports = all.computeIfAbsent(at.getInetAddress(), first -> new HashSet<>());
                    ports.add(at.getPort());
                    add(told.get(String.valueOf(member.getAttribute(HazelcastSetup.NODE_ID))), ports);
                }
            }
        } catch (HazelcastInstanceNotActiveException e) {
            LOG.debug("no member any more", e);
        } catch (UnknownHostException e) {
            LOG.debug("a member without an address", e);
        }
        return all;
    }

    private static void add(@Nullable String listed, Set<Integer> ports) {
        if (listed != null && !listed.isEmpty()) {
            for (var port : listed.split(",", -1)) {
                ports.add(Integer.valueOf(port));
            }
        }
    }
}
