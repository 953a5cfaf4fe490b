package gatehouse.testing;

/** The other side sent something that is no HTTP/1.1 message. Fails a test that does not expect it. */
public final class MalformedMessage extends AssertionError {
    private static final long serialVersionUID = 1L;

    MalformedMessage(String what) {
        super(what);
    }
}
