package gatehouse.http;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.Answers;
import gatehouse.testing.RawClient;
import gatehouse.testing.Waiting;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What answers that nobody takes hold of the gateway's memory, by its own account. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class UnsentTest {
    private static final int STREAMS = 100;
    private static final int MOST = 256 * 1024;

    /** The longest part of an answer as it comes from a target, and what it costs besides. */
    private static final int WRITE = 32 * 1024 + 256;

    private static final String SERVES = """
            listeners: { web: { listen: "127.0.0.1:0", limits: { unsent: 256KiB } } }
            services: { origin: { targets: "%s", pool: { max: 256, wait: 10s }, concurrency: { start: 256 } } }
            routes:   { all: { match: { path: "/**" }, to: origin } }
            """;

    private static long unsent(Scene scene) {
        var name = "gatehouse_unsent_bytes ";
        return scene.gateway()
                .node()
                .metrics()
                .scrape()
                .lines()
                .filter(line -> line.startsWith(name))
                .mapToLong(line -> (long) Double.parseDouble(line.substring(name.length())))
                .sum();
    }

    /** Waits until the account, which is shown once a second, has been the same three times in a row. */
    private static long settled(Scene scene) {
        var last = new long[] {-1, System.nanoTime()};
        Waiting.until("an account that stays", () -> {
            var now = unsent(scene);
            if (now != last[0]) {
                last[0] = now;
                last[1] = System.nanoTime();
            }
            return now > 0 && System.nanoTime() - last[1] > 2_500_000_000L;
        });
        return last[0];
    }

    @Test
    void streams_with_closed_windows_hold_what_one_connection_may_and_one_write_each() throws Exception {
        try (var scene = Scene.start(SERVES);
                var client = new RawHttp2(scene.client(), 4, 0)) {
            var body = "a".repeat(60_000);
            scene.answering(Answers.ok(body));
            for (var i = 0; i < STREAMS; i++) {
                client.get(1 + 2 * i, "/");
            }
            var held = settled(scene);
            assertThat(held).isBetween((long) MOST / 2, (long) MOST + STREAMS * WRITE);

            client.openWindows(STREAMS, 1 << 20);
            var ended = 0;
            var bytes = 0;
            while (ended < STREAMS) {
                var frame = client.read();
                bytes += frame.type() == RawHttp2.DATA ? frame.payload().length : 0;
                ended += frame.ends() ? 1 : 0;
            }
            assertThat(bytes).isEqualTo(STREAMS * 60_000);
            Waiting.until("an empty account", () -> unsent(scene) == 0);
        }
    }

    @Test
    void a_stream_gets_on_while_others_of_its_connection_hold_all_it_may() throws Exception {
        try (var scene = Scene.start(SERVES);
                var client = new RawHttp2(scene.client(), 4, 0)) {
            scene.answering(Answers.ok("a".repeat(100_000)));
            for (var i = 0; i < STREAMS - 1; i++) {
                client.get(1 + 2 * i, "/");
            }
            settled(scene);
            var last = 1 + 2 * (STREAMS - 1);
            client.get(last, "/");
            client.windowUpdate(0, 1 << 20).windowUpdate(last, 1 << 20);
            assertThat(client.outcome(last).body()).hasSize(100_000);
        }
    }

    @Test
    void files_are_read_no_faster_than_streams_take_them(@TempDir Path folder) throws Exception {
        Files.write(folder.resolve("big"), new byte[3_000_000]);
        try (var scene = Scene.start("""
                listeners: { web: { listen: "127.0.0.1:0", limits: { unsent: 256KiB } } }
                services: { origin: { targets: "%%s" } }
                routes:   { all: { match: { path: "/**" }, to: { files: "%s" } } }
                """.formatted(folder));
                var client = new RawHttp2(scene.client(), 4, 0)) {
            for (var i = 0; i < STREAMS; i++) {
                client.get(1 + 2 * i, "/big");
            }
            assertThat(settled(scene)).isBetween((long) MOST / 2, (long) MOST + STREAMS * WRITE);

            client.windowUpdate(0, 1 << 30).windowUpdate(1, 1 << 30);
            assertThat(client.outcome(1).body()).hasSize(3_000_000);
        }
    }

    @Test
    void a_slow_reader_of_HTTP_1_holds_64_KiB_and_one_write() throws Exception {
        try (var scene = Scene.start(SERVES);
                var client = RawClient.connect(scene.gateway().port(), 4096)) {
            scene.answering(Answers.ok("a".repeat(40_000_000)));
            client.send(RawClient.request("GET", "/"));
            assertThat(settled(scene)).isBetween(32L * 1024, 64L * 1024 + WRITE);
            assertThat(client.read().body().bytes()).hasSize(40_000_000);
        }
    }
}
