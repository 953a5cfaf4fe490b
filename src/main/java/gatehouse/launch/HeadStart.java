package gatehouse.launch;

import io.vertx.core.json.jackson.DatabindCodec;
import java.lang.management.ManagementFactory;
import java.security.Security;
import java.util.concurrent.CompletableFuture;
import org.slf4j.LoggerFactory;
import org.slf4j.helpers.SubstituteLoggerFactory;

/** What a start needs whatever the command line and the files say: done on another thread while these are read. */
final class HeadStart {
    /** Whether Netty's allocator writes events for the flight recorder; they cost a start a tenth of its time. */
    private static final String EVENTS = "io.netty.jfr.enabled";

    private HeadStart() {}

    /**
     * Begins. Until it is over nothing may be logged.
     *
     * @return when the virtual machine started, in milliseconds of the wall clock
     */
    static CompletableFuture<Long> begin() {
        if (System.getProperty(EVENTS) == null) {
            System.setProperty(EVENTS, "false");
        }
        var begun = CompletableFuture.supplyAsync(() -> {
            // Java keeps addresses for 30 s and failures for 10 s; how long a name is good is the configuration's to
            // say
            Security.setProperty("networkaddress.cache.ttl", "1");
            Security.setProperty("networkaddress.cache.negative.ttl", "0");
            Transports.load(); // with the log, which has to say what it can't do before the rehearsal hides it
            awaitLog();
            Rehearsal.logFailure();
            return ManagementFactory.getRuntimeMXBean().getStartTime();
        });
        var unused =
                begun.thenRunAsync(DatabindCodec::mapper); // slow to come up, and not needed before the verticles are
        return begun;
    }

    /** Whoever comes while another thread sets up the log gets loggers that show their lines later: the rehearsal's too. */
    private static void awaitLog() {
        while (LoggerFactory.getILoggerFactory() instanceof SubstituteLoggerFactory) {
            Thread.onSpinWait();
        }
    }
}
