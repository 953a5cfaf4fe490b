package gatehouse.launch;

import gatehouse.cluster.Cluster;
import java.net.InetAddress;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Ports that this node has bound. Thread-safe. */
final class OwnPorts {
    private final Cluster cluster;
    private volatile Map<String, Integer> listeners = Map.of();
    private volatile int admin = -1;
    private volatile int bridge = -1;

    OwnPorts(Cluster cluster) {
        this.cluster = cluster;
    }

    /** Bound ports by listener. */
    Map<String, Integer> listeners() {
        return listeners;
    }

    void listenersAt(Map<String, Integer> bound) {
        listeners = bound;
        tell();
    }

    /** Port of the admin API, -1 where it does not run. */
    int admin() {
        return admin;
    }

    void adminAt(int port) {
        admin = port;
        tell();
    }

    /** Port of the registry's bridge, -1 where there is none. */
    int bridge() {
        return bridge;
    }

    void bridgeAt(int port) {
        bridge = port;
        tell();
    }

    private void tell() {
        var all = new HashSet<>(listeners.values());
        all.add(admin);
        all.add(bridge);
        all.remove(-1);
        cluster.listensAt(all);
    }

    /** Where other nodes listen: ports by address. */
    Map<InetAddress, Set<Integer>> ofOthers() {
        return cluster.portsOfOthers();
    }

    /** Whether it is one of them, or one on which the nodes speak to each other. */
    boolean contains(int port) {
        return port == admin
                || port == bridge
                || listeners.containsValue(port)
                || cluster.ports().contains(port);
    }
}
