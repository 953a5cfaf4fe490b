package gatehouse.launch;

import gatehouse.listener.BindException;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says in words for operators what kept a gateway from starting. */
final class StartTrouble {
    private static final Logger LOG = LoggerFactory.getLogger(StartTrouble.class);

    private StartTrouble() {}

    /**
     * Logs what kept a node from starting.
     *
     * @param files where its manifest stands; null where it has none
     * @throws NotTakenException for a port or a file that can't be taken
     */
    static void tell(@Nullable Throwable failure, @Nullable FileOptions files) {
        if (!(failure instanceof NotDeployedException verticle)) {
            throwIfNotTaken(failure);
            LOG.error("the gateway does not start", failure);
            return;
        }
        var name = verticle.causes().keySet().iterator().next();
        var where =
                (files == null ? "" : ManifestReloader.place(files.manifestFile(), name) + " ") + "verticles." + name;
        for (var cause = verticle.getCause(); cause != null; cause = cause.getCause()) {
            throwIfOurs(cause);
            if (isPort(cause)) {
                throw new NotTakenException(where + ": it does not start: " + withHint(cause), cause);
            }
        }
        LOG.error("{}: it does not start, so the gateway does not", where, verticle.getCause());
    }

    /**
     * Returns for what is neither a port nor a file.
     *
     * @throws NotTakenException for a port or a file that can't be taken
     */
    static void throwIfNotTaken(@Nullable Throwable failure) {
        for (var cause = failure; cause != null; cause = cause.getCause()) {
            throwIfOurs(cause);
            if (isPort(cause)) {
                throw new NotTakenException(withHint(cause), cause);
            }
            if (cause instanceof IOException failed) {
                throw new NotTakenException("a file can't be used: " + FileTrouble.words(Path.of(""), failed), cause);
            }
        }
    }

    private static void throwIfOurs(Throwable cause) {
        if (cause instanceof NotTakenException taken) {
            throw taken;
        }
        if (cause instanceof BindException) {
            throw new NotTakenException(withHint(cause), cause);
        }
    }

    /** Whether somebody else has a port; the native transports have no exception of their own for it. */
    private static boolean isPort(Throwable cause) {
        return cause instanceof java.net.BindException
                || (cause instanceof IOException
                        && String.valueOf(cause.getMessage()).contains("Address already in use"));
    }

    private static String withHint(Throwable cause) {
        var message = String.valueOf(cause.getMessage());
        var hint = message.contains("ermission denied")
                ? "Ports below 1024 need a privilege."
                : "Is it running already? `ss -ltnp` shows who has the port.";
        return message + ". " + hint;
    }
}
