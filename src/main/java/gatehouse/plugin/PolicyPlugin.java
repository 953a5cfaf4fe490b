package gatehouse.plugin;

/**
 * A policy in a jar of its own. The configuration names its class under {@code plugins}, and the name of that entry is the key that switches
 * the policy on. The class is public and has a public constructor without arguments, which is called once for each jar that is loaded.
 *
 * @param <C> the record of its settings. Each component has a {@link gatehouse.config.Key}; the reader of configurations checks types,
 *     limits, names and missing keys by it, with the place in the file. What a record can't say so its constructor checks, by an
 *     {@link IllegalArgumentException} with a message for whoever wrote the file. Components are text, numbers, booleans,
 *     {@link java.time.Duration}, enums, such records, and lists and maps by name of these. Two records with the same values are equal: a
 *     route whose settings a reload leaves as they are keeps its step.
 */
public interface PolicyPlugin<C extends Record> {
    /** What the policy does, in one sentence, for those who read the schema. */
    String doc();

    /** The record of its settings. */
    Class<C> settings();

    /** Where it stands among the other policies. */
    Place place();

    /**
     * The step for one route, or for all routes of a reload whose settings are these. Called off the event loops, and again when
     * the settings or the jar change.
     *
     * @param settings checked
     */
    Step step(C settings);
}
