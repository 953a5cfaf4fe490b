package gatehouse.service;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.slf4j.LoggerFactory;

/** What the log says of requests that are refused for want of room. */
@ExtendWith(VertxExtension.class)
@DisplayNameGeneration(ReplaceUnderscores.class)
class SheddingTest {
    private final Logger logger = (Logger) LoggerFactory.getLogger(Shedding.class);
    private final Lines lines = new Lines();

    @BeforeEach
    void listen() {
        lines.start();
        logger.addAppender(lines);
        logger.setLevel(Level.INFO);
    }

    @AfterEach
    void leave() {
        logger.setLevel(null);
        logger.detachAppender(lines);
    }

    @Test
    void its_beginning_and_its_end_are_told_and_not_each_request(Vertx vertx) throws Exception {
        var context = vertx.getOrCreateContext();
        var shedding = new Shedding(vertx, context, "full", Duration.ofMillis(50));
        for (var round = 0; round < 2; round++) {
            context.runOnContext(go -> {
                for (var i = 0; i < 1000; i++) {
                    shedding.refused();
                }
            });
            assertThat(lines.next()).isEqualTo("WARN service full has no room: requests are answered 503");
            assertThat(lines.next())
                    .isEqualTo("WARN service full has no room: 1000 requests were answered 503 in 50 ms");
            assertThat(lines.next())
                    .isEqualTo("INFO service full has room again: 1000 requests were answered 503 within 50 ms");
        }
        assertThat(lines.told).isEmpty();
    }

    private static final class Lines extends AppenderBase<ILoggingEvent> {
        private final BlockingQueue<String> told = new LinkedBlockingQueue<>();

        @Override
        protected void append(ILoggingEvent event) {
            told.add(event.getLevel() + " " + event.getFormattedMessage());
        }

        String next() throws InterruptedException {
            return told.poll(30, TimeUnit.SECONDS);
        }
    }
}
