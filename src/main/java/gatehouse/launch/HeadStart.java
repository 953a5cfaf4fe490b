package gatehouse.launch;

import io.vertx.core.json.jackson.DatabindCodec;
import java.lang.management.ManagementFactory;
import java.security.Security;
import java.util.concurrent.CompletableFuture;
import org.slf4j.LoggerFactory;

/** What a start needs whatever the command line and the files say: done on another thread while these are read. */
final class HeadStart {
    /** Whether Netty's allocator writes events for the flight recorder; they cost a start a tenth of its time. */
    private static final String EVENTS = "io.netty.jfr.enabled";

    private final CompletableFuture<?> log;
    private final CompletableFuture<Long> all;

    private HeadStart() {
        log = CompletableFuture.runAsync(LoggerFactory::getILoggerFactory);
        all = log.thenApplyAsync(ready -> prepare());
        var unused = all.thenRunAsync(DatabindCodec::mapper); // slow, and not needed before the verticles are
    }

    /** Begins. */
    static HeadStart begin() {
        if (System.getProperty(EVENTS) == null) {
            System.setProperty(EVENTS, "false");
        }
        return new HeadStart();
    }

    private static long prepare() {
        // Java keeps addresses for 30 s and failures for 10 s; how long a name is good is the configuration's to say
        Security.setProperty("networkaddress.cache.ttl", "1");
        Security.setProperty("networkaddress.cache.negative.ttl", "0");
        LoggerFactory.getLogger(HeadStart.class).debug("{} is there in any case", Transports.load());
        Rehearsal.logFailure();
        return ManagementFactory.getRuntimeMXBean().getStartTime();
    }

    /**
     * Waits until loggers may be made. Those that one thread makes while another sets up the log show their lines later, and a
     * warning of that.
     */
    void awaitLog() {
        log.join();
    }

    /**
     * Waits until anything may be logged, and all is done.
     *
     * @return when the virtual machine started, in milliseconds of the wall clock
     */
    long await() {
        return all.join();
    }
}
