package gatehouse.launch;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ConfiguratorRank;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.spi.ContextAwareBase;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * The log: lines on standard error, from the level in {@code GATEHOUSE_LOG_LEVEL} on. It is set up in code because reading
 * the same from XML takes a good part of the start; a file that {@code -Dlogback.configurationFile} names goes first.
 */
@ConfiguratorRank(ConfiguratorRank.CUSTOM_NORMAL_PRIORITY)
public final class LogSetup extends ContextAwareBase implements Configurator {
    private static final String VARIABLE = "GATEHOUSE_LOG_LEVEL";

    /** Each speaks of what one connection came to, and of nothing else; the access log and the metrics have these. */
    private static final List<String> NOISY = List.of(
            "io.vertx.core.net.impl.VertxConnection",
            "io.vertx.core.net.impl.ConnectionBase",
            "io.vertx.core.http.impl.HttpClientConnectionInternal");

    private static final List<String> LEVELS = List.of("TRACE", "DEBUG", "INFO", "WARN", "ERROR", "OFF");

    /** A message of several lines stays one entry: what follows is indented. */
    private static final String PATTERN = "%d{yyyy-MM-dd'T'HH:mm:ss.SSSXXX} %-5level %logger{0} -"
            + " %replace(%msg){'[\\r\\n]+(?=.)', '\n  '}%n%ex{full}";

    /** Made by the logging library, which finds it by its name. */
    public LogSetup() {}

    @Override
    public ExecutionStatus configure(LoggerContext context) {
        if (System.getProperty("logback.configurationFile") != null) {
            return ExecutionStatus.INVOKE_NEXT_IF_ANY;
        }
        var given = System.getenv(VARIABLE);
        var level = level(given);
        var root = context.getLogger(Logger.ROOT_LOGGER_NAME);
        root.setLevel(level == null ? Level.INFO : level);
        root.addAppender(standardError(context));
        context.getLogger("io.netty").setLevel(Level.WARN);
        context.getLogger("io.vertx").setLevel(Level.WARN);
        // what these warn of when a node is gone, the cluster's own lines say
        context.getLogger("com.hazelcast").setLevel(Level.ERROR);
        context.getLogger("io.vertx.core.eventbus.impl.clustered").setLevel(Level.ERROR);
        quieten(context);
        if (level == null) {
            context.getLogger(LogSetup.class)
                    .warn("{}: {} is no level, INFO is taken (known: {})", VARIABLE, given, String.join(", ", LEVELS));
        }
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }

    /** Nothing is written that a client or a target can bring about as often as it likes. */
    static void quieten(LoggerContext context) {
        NOISY.forEach(name -> context.getLogger(name).setLevel(Level.OFF));
    }

    /** The level of a name in any case, INFO where none is given, null for what is none. */
    static @Nullable Level level(@Nullable String name) {
        if (name == null || name.isEmpty()) {
            return Level.INFO;
        }
        var capitals = name.toUpperCase(Locale.ROOT);
        return LEVELS.contains(capitals) ? Level.valueOf(capitals) : null;
    }

    private static ConsoleAppender<ILoggingEvent> standardError(LoggerContext context) {
        var encoder = new PatternLayoutEncoder();
        encoder.setContext(context);
        encoder.setPattern(PATTERN);
        encoder.start();
        var appender = new ConsoleAppender<ILoggingEvent>();
        appender.setContext(context);
        appender.setName("STDERR");
        appender.setTarget("System.err");
        appender.setEncoder(encoder);
        appender.start();
        return appender;
    }
}
