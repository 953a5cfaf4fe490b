package gatehouse.launch;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import org.slf4j.LoggerFactory;

/**
 * Goes through what happens when things go wrong once, at start-up. A process that has run out of file descriptors can't
 * load a class or the time zones any more; it must not need to, to log that it has run out.
 */
final class Rehearsal {
    private Rehearsal() {}

    /** Logs a failure to nowhere. Nothing else may log meanwhile, as its lines would be lost. */
    static void logFailure() {
        var err = System.err;
        try (var nowhere = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8)) {
            System.setErr(nowhere);
            LoggerFactory.getLogger(Rehearsal.class)
                    .error(
                            "rehearsal at {}",
                            DateTimeFormatter.RFC_1123_DATE_TIME.format(ZonedDateTime.now(ZoneId.systemDefault())),
                            new IllegalStateException("outer", new IOException("inner")));
        } finally {
            System.setErr(err);
        }
    }
}
