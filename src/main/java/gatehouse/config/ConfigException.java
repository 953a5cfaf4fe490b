package gatehouse.config;

import java.util.List;
import java.util.stream.Collectors;

/** The configuration can't be used; carries every problem that was found, and its message is one line for each. */
public final class ConfigException extends Exception {
    private final transient List<ConfigProblem> problems;

    /** Made of all problems, in the order in which they shall be shown. */
    public ConfigException(List<ConfigProblem> problems) {
        super(problems.stream().map(ConfigProblem::toString).collect(Collectors.joining("\n")));
        this.problems = List.copyOf(problems);
    }

    /** All problems. */
    public List<ConfigProblem> problems() {
        return problems;
    }
}
