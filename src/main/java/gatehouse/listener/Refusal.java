package gatehouse.listener;

import java.util.Locale;

/** Why a connection is not taken. */
enum Refusal {
    /** The node has as many as it may. */
    NODE("node.connections is reached"),
    /** The listener has as many as it may. */
    LISTENER("its limits.connections is reached"),
    /** The address has as many as one may. */
    ADDRESS("its limits.perAddress is reached"),
    /** Nearly all files that the process may open are. */
    FILES("the process has nearly as many open files as it may");

    private final String why;

    Refusal(String why) {
        this.why = why;
    }

    String why() {
        return why;
    }

    /** As metrics name it. */
    String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
