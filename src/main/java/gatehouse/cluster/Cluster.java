package gatehouse.cluster;

import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The nodes that work together, as this one sees them; a node without others is a cluster of one. Thread-safe. */
public interface Cluster {
    /** Tells this node's life from every other. */
    String self();

    /** All members, this one too, by name. */
    List<Member> members();

    /** Where this node listens for others. */
    Set<Integer> ports();

    /** Tells the others at which ports this node listens besides. */
    void listensAt(Set<Integer> ports);

    /** Where the other members listen, as far as they have told: ports by the address at which members reach them. */
    Map<InetAddress, Set<Integer>> portsOfOthers();

    /** Whether there can be others. */
    boolean isShared();

    /** 32 bytes for a purpose that all members have in common and nobody else knows. */
    byte[] key(String purpose);

    /** Calls {@code changed} after each coming or going of a member, on any thread; it must not wait. */
    void onChange(Runnable changed);

    /**
     * A map that all members share; on a node without others it is in memory. Entries may be lost when members go, and while
     * members are cut off from each other each side has its own.
     */
    SharedMap map(String name);

    /** Values under a name; the cautions of {@link #map} apply, but for nodes with a Redis, where they outlive the members. */
    default Records records(String name) {
        return map(name);
    }

    /** Accounts that nodes draw on together; the same ones for all who ask. */
    Ledger ledger();

    /** Values with numbers and leases; the cautions of {@link #map} apply. */
    Commons commons();
}
