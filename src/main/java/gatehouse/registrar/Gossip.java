package gatehouse.registrar;

import java.util.List;
import java.util.Map;

/**
 * What nodes tell each other of their registries. Any of it may be lost, doubled or late: all that matters is in the entries, which
 * can be merged in any order, and what is missing shows in the next digest.
 */
sealed interface Gossip {
    /** The node that says it. */
    String from();

    /**
     * What was written on a node.
     *
     * @param from the node
     * @param number one more than that of its news before
     * @param entries as {@link gatehouse.registry.Entry#toFields} gives them
     */
    record News(String from, long number, List<Map<String, Object>> entries) implements Gossip {}

    /**
     * What a node knows, in short.
     *
     * @param from the node
     * @param number of its last news
     * @param hello whether others shall say theirs at once
     * @param sums as {@link Sums} makes them
     */
    record Digest(String from, long number, boolean hello, List<Long> sums) implements Gossip {}

    /**
     * Asks a node for what it knows.
     *
     * @param from who asks
     * @param id of the question
     * @param buckets some of those of {@link Sums}; empty for all
     */
    record Question(String from, long id, List<Integer> buckets) implements Gossip {}

    /**
     * A part of what was asked for.
     *
     * @param from who answers
     * @param id of the question
     * @param part its number, from 0
     * @param parts how many there are
     * @param entries as in news
     */
    record Answer(String from, long id, int part, int parts, List<Map<String, Object>> entries) implements Gossip {}
}
