package gatehouse.testing;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.slf4j.LoggerFactory;

/**
 * Fails a test class in whose time Netty reported a buffer that was never released, or a gateway's folder was left behind; it
 * stands around every test. Netty reports
 * a leak when it makes a buffer after the lost one was collected, so each class ends with a collection and some buffers.
 */
public final class LeakWatch implements BeforeAllCallback, AfterAllCallback {
    private static final int BUFFERS = 200;
    private static final Reports REPORTS = new Reports();

    @Override
    public void beforeAll(ExtensionContext context) {
        REPORTS.listen();
    }

    @Override
    public void afterAll(ExtensionContext context) {
        if (context.getParent().map(parent -> parent.getParent().isPresent()).orElse(false)) {
            return; // a class within a class
        }
        var left = TestGateway.takeLeft();
        if (!left.isEmpty()) {
            throw new AssertionError("left in the folder for temporary files: " + left);
        }
        var found = lost();
        if (!found.isEmpty()) {
            throw new AssertionError("buffers were not released: " + String.join("\n", found));
        }
    }

    /** What was reported since the last time. */
    static List<String> lost() {
        System.gc();
        for (var i = 0; i < BUFFERS; i++) {
            PooledByteBufAllocator.DEFAULT.directBuffer(16).release();
        }
        return REPORTS.take();
    }

    private static final class Reports extends AppenderBase<ILoggingEvent> {
        private final List<String> found = new ArrayList<>();

        synchronized void listen() {
            if (!isStarted()) {
                var log = (Logger) LoggerFactory.getLogger(ResourceLeakDetector.class);
                setContext(log.getLoggerContext());
                start();
                log.addAppender(this);
            }
        }

        @Override
        protected synchronized void append(ILoggingEvent event) {
            if (event.getFormattedMessage().contains("LEAK")) {
                found.add(event.getFormattedMessage());
            }
        }

        synchronized List<String> take() {
            var taken = List.copyOf(found);
            found.clear();
            return taken;
        }
    }
}
