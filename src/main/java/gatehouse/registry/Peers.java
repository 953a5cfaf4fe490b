package gatehouse.registry;

/** Other nodes, as far as the registry knows of them: somebody who has to hear of what was written here. */
@FunctionalInterface
public interface Peers {
    /** Nobody. */
    Peers NONE = entry -> {};

    /**
     * An instance was registered, renewed, changed or deregistered on this node. Not called for what came from other nodes or
     * by time, as each node finds that out for itself. Called on the thread that made the change, without a lock; must
     * not wait.
     */
    void wrote(Entry entry);
}
