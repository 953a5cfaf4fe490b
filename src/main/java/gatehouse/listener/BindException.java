package gatehouse.listener;

import gatehouse.config.ListenAddress;

/** A port could not be bound. */
public final class BindException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String listener;
    private final transient ListenAddress address;

    /** Says which listener wanted which address, and why it did not get it. */
    public BindException(String listener, ListenAddress address, Throwable cause) {
        super("listener " + listener + ": " + address + " can't be bound: " + cause.getMessage(), cause);
        this.listener = listener;
        this.address = address;
    }

    /** The listener's name. */
    public String listener() {
        return listener;
    }

    /** What it wanted. */
    public ListenAddress address() {
        return address;
    }
}
