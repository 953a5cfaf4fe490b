package gatehouse.fuzz;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.LoggerFactory;

/** Keeps what must not stand in the log: errors, stack traces, leaks. */
final class LogWatch extends AppenderBase<ILoggingEvent> implements AutoCloseable {
    private final Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    private final List<String> bad = new ArrayList<>();

    LogWatch() {
        setContext(root.getLoggerContext());
        start();
        root.addAppender(this);
    }

    @Override
    protected void append(ILoggingEvent event) {
        var trace = event.getThrowableProxy();
        if (event.getLoggerName().endsWith("BlockedThreadChecker")) {
            return; // tells how busy the machine is
        }
        if (event.getLevel().isGreaterOrEqual(Level.ERROR) || trace != null) {
            var where = trace == null ? "" : " " + trace.getClassName() + ": " + trace.getMessage() + at(trace);
            synchronized (bad) {
                bad.add(event.getLoggerName() + " " + event.getFormattedMessage() + where);
            }
        }
    }

    private static String at(ch.qos.logback.classic.spi.IThrowableProxy trace) {
        var text = new StringBuilder();
        var frames = trace.getStackTraceElementProxyArray();
        for (var i = 0; i < Math.min(6, frames.length); i++) {
            text.append(' ').append(frames[i].getSTEAsString());
        }
        return text.toString();
    }

    /** What was logged since the last time. */
    List<String> take() {
        synchronized (bad) {
            var taken = List.copyOf(bad);
            bad.clear();
            return taken;
        }
    }

    @Override
    public void close() {
        root.detachAppender(this);
    }
}
