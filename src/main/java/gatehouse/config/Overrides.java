package gatehouse.config;

import java.util.List;
import java.util.Map;

/**
 * What stands above the file: the environment, and above that what the command line sets.
 *
 * @param environment all variables; those that start with {@code GATEHOUSE_} override keys, and {@code ${env:NAME}} in
 *     the file reads any of them
 * @param sets {@code KEY=VALUE} each, the key a dotted path; a later one wins
 * @param readsFiles whether <code>${file:…}</code> in the file reads files
 */
public record Overrides(Map<String, String> environment, List<String> sets, boolean readsFiles) {
    /** Nothing above the file, and an environment without variables. */
    public static final Overrides NONE = new Overrides(Map.of(), List.of());

    /** For a text that anybody may have written: it is told no variable and no file of this machine. */
    public static final Overrides SEALED = new Overrides(Map.of(), List.of(), false);

    /** Overrides of a file that may read other files. */
    public Overrides(Map<String, String> environment, List<String> sets) {
        this(environment, sets, true);
    }

    /** Copies both. */
    public Overrides {
        environment = Map.copyOf(environment);
        sets = List.copyOf(sets);
    }
}
