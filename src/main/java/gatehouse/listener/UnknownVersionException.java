package gatehouse.listener;

/** A request line names a version of HTTP that is none of 1.0 and 1.1 (RFC 9110 §15.6.6). */
public final class UnknownVersionException extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    UnknownVersionException() {
        super("not HTTP/1.0 or HTTP/1.1");
    }

    @Override
    public Throwable fillInStackTrace() {
        return this; // who sends such lines sends many
    }
}
