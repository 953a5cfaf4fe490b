package gatehouse.listener;

import gatehouse.config.ListenAddress;

/** A port could not be bound. */
public final class BindException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Says which listener wanted which address, and why it did not get it. */
    public BindException(String listener, ListenAddress address, Throwable cause) {
        super("listener " + listener + ": " + address + " can't be bound: " + cause.getMessage(), cause);
    }
}
