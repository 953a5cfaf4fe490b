package gatehouse.config;

import java.util.List;
import java.util.Map;

/**
 * What stands above the file: the environment, and above that what the command line sets.
 *
 * @param environment all variables; those that start with {@code GATEHOUSE_} override keys, and {@code ${env:NAME}} in
 *     the file reads any of them
 * @param sets {@code KEY=VALUE} each, the key a dotted path; a later one wins
 */
public record Overrides(Map<String, String> environment, List<String> sets) {
    /** Nothing above the file, and an environment without variables. */
    public static final Overrides NONE = new Overrides(Map.of(), List.of());

    /** Copies both. */
    public Overrides {
        environment = Map.copyOf(environment);
        sets = List.copyOf(sets);
    }
}
