package gatehouse.launch;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import gatehouse.http.RawHttp2;
import gatehouse.testing.Answers;
import gatehouse.testing.RawClient;
import gatehouse.testing.RawConnection;
import gatehouse.testing.RawOrigin;
import gatehouse.testing.TestGateway;
import gatehouse.testing.Waiting;
import java.io.IOException;
import java.net.SocketException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** No client and no target makes the libraries write a line: whoever may send a packet could fill the disk. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class QuietLogTest {
    private static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    private static final String CLIENT_HELLO = "\26\3\1\0\5\1\0\0\1\0";
    private static final int EACH = 2; // connections come to the event loops in turn

    private final Foreign foreign = new Foreign();

    @BeforeEach
    void listen() {
        LogSetup.quieten((LoggerContext) LoggerFactory.getILoggerFactory());
        foreign.listen();
    }

    @AfterEach
    void stop() {
        foreign.root.detachAppender(foreign);
    }

    private interface Talk {
        void with(RawClient client) throws IOException;
    }

    private static void talk(int port, Talk talk) throws IOException {
        for (var i = 0; i < EACH; i++) {
            try (var client = RawClient.connect(port)) {
                talk.with(client);
            } catch (SocketException endedAlready) {
                // as it should
            }
        }
    }

    @Test
    void clients_that_break_off_or_send_rubbish_write_no_line() throws Exception {
        try (var origin = RawOrigin.answering(Answers.hang("late"));
                var gateway = TestGateway.startWithAdmin("""
                        listeners: { web: "127.0.0.1:0", plain: { listen: "127.0.0.1:0", protocols: [http1] } }
                        services: { origin: { targets: "%s", pool: { max: 100 } } }
                        routes:   { all: { match: { path: "/**" }, to: origin } }
                        """, origin.url())) {
            for (var port : List.of(gateway.port(), gateway.port("plain"), gateway.adminPort())) {
                breakOff(port);
                sendRubbish(port);
            }
            breakStreams(gateway.port());
            for (var i = 0; i < 10; i++) {
                talk(
                        gateway.adminPort(),
                        client -> client.send(
                                        RawClient.request("GET", "/metrics").repeat(20))
                                .reset());
            }
            awaitNobody(gateway);
        }
        assertThat(foreign.lines).isEmpty();
    }

    private static void breakOff(int port) throws IOException {
        talk(port, RawClient::reset);
        talk(port, client -> client.send("GE").reset());
        talk(port, client -> client.send("GET / HTTP/1.1\r\nHost: loc").reset());
        talk(
                port,
                client -> client.send("POST /b HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999\r\n\r\nabc")
                        .reset());
        talk(
                port,
                client -> client.send(
                                "POST /c HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab")
                        .reset());
        talk(port, client -> client.send(RawClient.request("GET", "/d")).reset());
        talk(
                port,
                client -> client.send(RawClient.request("GET", "/e") + "GET /f").reset());
        talk(port, client -> client.send(PREFACE.substring(0, 10)).reset());
        talk(port, client -> client.send(PREFACE).reset());
    }

    private static void sendRubbish(int port) throws IOException {
        talk(port, client -> client.send("\0\1\2\3\r\n\r\n").readAll());
        talk(port, client -> client.send(CLIENT_HELLO + "\r\n\r\n").readAll());
        talk(
                port,
                client -> client.send("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n")
                        .readAll());
        talk(
                port,
                client -> client.send("POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n")
                        .readAll());
        talk(
                port,
                client -> client.send("GET / HTTP/1.1\r\nHost: localhost\r\nX: " + "a".repeat(100_000) + "\r\n\r\n")
                        .readAll());
    }

    /** What only a listener with HTTP/2 understands. */
    private static void breakStreams(int port) throws IOException {
        talk(
                port,
                client ->
                        client.send(PREFACE + "garbage that is no frame at all").readAll());
        talk(
                port,
                client -> client.send(PREFACE)
                        .send(new byte[] {0, 0, 6, 4, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 9})
                        .readAll());
        talk(
                port,
                client -> client.send(PREFACE)
                        .send(new byte[] {0, 0, 0, 4, 0, 0, 0, 0, 0})
                        .send(new byte[] {0, 0, 1, 0, 0, 0, 0, 0, 0, 0})
                        .readAll());
        talk(
                port,
                client -> new RawHttp2(client)
                        .headers(1, true, ":method", "G T", ":scheme", "http", ":path", "/", ":authority", "a")
                        .outcome(1));
        talk(port, client -> {
            new RawHttp2(client).headers(1, true, ":method", "GET", ":scheme", "http", ":path", "/", ":authority", "a");
            client.reset();
        });
        talk(port, client -> {
            new RawHttp2(client)
                    .headers(1, false, ":method", "POST", ":scheme", "http", ":path", "/", ":authority", "a");
            client.reset();
        });
    }

    @Test
    void targets_that_break_off_or_send_rubbish_write_no_line() throws Exception {
        var scripts = List.of(
                Answers.closeBeforeAnswer(),
                Answers.resetBeforeAnswer(),
                Answers.resetAfterHead(),
                Answers.resetMidBody(),
                Answers.partialBody(),
                Answers.partialChunks(),
                Answers.garbage(),
                Answers.staleKeepAlive("x"),
                Answers.extraBytes("x", "garbage"));
        var script = new AtomicReference<>(scripts.get(0));
        try (var origin = RawOrigin.answering(exchange -> script.get().answer(exchange));
                var other = RawOrigin.serving(RawConnection::reset);
                var gateway = TestGateway.start("""
                        defaults: { breaker: null, retry: null, timeout: { firstByte: 15ms, idle: 15ms } }
                        services:
                          origin: { targets: "%1$s", health: { passive: null } }
                          http2:  { targets: "%1$s", health: { passive: null }, pool: { http2: true } }
                          gone:   { targets: "%2$s", health: { passive: null }, pool: { http2: true } }
                          proxy:  { targets: "%1$s", health: { passive: null }, forwarder: web-proxy }
                        routes:
                          all:   { match: { path: "/**" }, to: origin }
                          http2: { match: { path: "/http2" }, to: http2 }
                          gone:  { match: { path: "/gone" }, to: gone }
                          proxy: { match: { path: "/proxy" }, to: proxy }
                        """, origin.url(), other.url())) {
            for (var next : scripts) {
                script.set(next);
                for (var path : List.of("/", "/http2", "/gone", "/proxy")) {
                    talk(
                            gateway.port(),
                            client -> client.send(RawClient.request("GET", path, "Connection: close"))
                                    .readAll());
                    talk(
                            gateway.port(),
                            client -> client.send(
                                            "POST " + path
                                                    + " HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nConnection: close\r\n\r\nabcde")
                                    .readAll());
                }
            }
        }
        assertThat(foreign.lines).isEmpty();
    }

    /** Waits until the gateway has seen the end of all connections. */
    private static void awaitNobody(TestGateway gateway) {
        Waiting.until(
                "all connections have ended",
                () -> gateway.node()
                        .metrics()
                        .scrape()
                        .lines()
                        .noneMatch(line -> line.startsWith("gatehouse_connections{")
                                && !line.endsWith(" 0")
                                && !line.endsWith(" 0.0")));
    }

    private static final class Foreign extends AppenderBase<ILoggingEvent> {
        private final Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        private final List<String> lines = new CopyOnWriteArrayList<>();

        void listen() {
            setContext(root.getLoggerContext());
            start();
            root.addAppender(this);
        }

        @Override
        protected void append(ILoggingEvent event) {
            var name = event.getLoggerName();
            if (!name.startsWith("gatehouse.") && !name.endsWith("BlockedThreadChecker")) {
                lines.add(name + ": " + event.getFormattedMessage());
            }
        }
    }
}
