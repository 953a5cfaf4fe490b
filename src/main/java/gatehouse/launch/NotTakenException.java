package gatehouse.launch;

/** A port or a file that the process needs could not be taken; the message is meant for operators. */
final class NotTakenException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    NotTakenException(String message) {
        super(message);
    }

    NotTakenException(String message, Throwable cause) {
        super(message, cause);
    }
}
