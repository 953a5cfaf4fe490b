package gatehouse.forward;

/**
 * How much of request bodies may lie on one event loop before they are sent: clients can open more connections than there is memory
 * for a gathered body each. Confined to its event loop.
 */
final class GatherRoom {
    /** Part of the heap that all event loops may fill together. */
    private static final int PART_OF_HEAP = 16;

    private final long most;
    private long used;

    /**
     * @param lanes number of event loops that share the heap
     */
    GatherRoom(int lanes) {
        this(Runtime.getRuntime().maxMemory(), lanes);
    }

    GatherRoom(long heap, int lanes) {
        most = heap / PART_OF_HEAP / lanes;
    }

    /** Takes note of more that was gathered; whether there is still room. */
    boolean take(int bytes) {
        used += bytes;
        return used < most;
    }

    /** As much does not lie here any more. */
    void give(long bytes) {
        used -= bytes;
    }
}
