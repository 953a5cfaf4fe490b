package gatehouse.policy;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A policy as the configuration knows it: its key, its place in the chain, the record its settings are read into.
 *
 * @param key the key in the file
 * @param doc what it does, for the reference
 * @param stage where it stands
 * @param config record of its settings; every component has a {@link gatehouse.config.Key}
 * @param make builds the policy from its settings; null where who assembles routes, or the forwarder, reads the record itself
 * @param always whether it holds, with its defaults, for routes that don't name it
 */
public record PolicyType<C extends Record>(
        String key,
        String doc,
        Stage stage,
        Class<C> config,
        @Nullable Function<C, Policy> make,
        boolean always) {

    /** A step in the chain. */
    public static <C extends Record> PolicyType<C> policy(
            String key, String doc, Stage stage, Class<C> config, Function<C, Policy> make) {
        return new PolicyType<>(key, doc, stage, config, make, true);
    }

    /** Settings that the end of the chain reads; no step of their own. */
    public static <C extends Record> PolicyType<C> setting(String key, String doc, Stage stage, Class<C> config) {
        return new PolicyType<>(key, doc, stage, config, null, true);
    }

    /** The same, for routes alone that name it. */
    public PolicyType<C> whereNamed() {
        return new PolicyType<>(key, doc, stage, config, make, false);
    }

    /** The step for these settings; {@link Policy#NONE} for settings without one. */
    public Policy build(Record settings) {
        return make == null ? Policy.NONE : make.apply(config.cast(settings));
    }
}
