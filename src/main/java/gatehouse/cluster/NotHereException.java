package gatehouse.cluster;

/** The address at which this node is to listen for others is none of this host's. */
public final class NotHereException extends RuntimeException {
    private static final long serialVersionUID = 1;

    NotHereException() {
        super("this host has no such address");
    }
}
