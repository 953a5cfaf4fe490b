package gatehouse.launch;

import java.util.Map;

/** Verticles that did not start. What ran in their place still does. */
final class NotDeployedException extends Exception {
    private static final long serialVersionUID = 1;

    private final transient Map<String, Throwable> causes;

    NotDeployedException(Map<String, Throwable> causes) {
        super(
                "not started: " + String.join(", ", causes.keySet()),
                causes.values().iterator().next());
        this.causes = causes;
    }

    /** Why, by name of the entry. */
    Map<String, Throwable> causes() {
        return causes;
    }
}
