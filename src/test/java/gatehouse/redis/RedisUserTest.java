package gatehouse.redis;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.cluster.Alone;
import gatehouse.config.RedisConfig;
import gatehouse.testing.RedisServer;
import gatehouse.testing.TestGateway;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** The user for nodes that docs/operations.md makes in a Redis. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class RedisUserTest {
    private static final Pattern CALLED = Pattern.compile("redis\\.call\\('(\\w+)'");
    private static final Pattern ALLOWED = Pattern.compile("\\+(\\w+)");

    private static String line() throws IOException {
        return Files.readString(Path.of("docs/operations.md"))
                .lines()
                .filter(line -> line.startsWith("ACL SETUSER "))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void may_do_what_the_scripts_do_and_nothing_else() throws Exception {
        var called = new TreeSet<>(List.of("eval", "evalsha", "select"));
        for (var script : Script.values()) {
            CALLED.matcher(script.text()).results().forEach(found -> called.add(found.group(1)));
        }
        var allowed = new TreeSet<String>();
        ALLOWED.matcher(line()).results().forEach(found -> allowed.add(found.group(1)));

        assertThat(allowed).isEqualTo(called);
    }

    @Test
    void is_one_that_a_node_gets_on_with() throws Exception {
        var vertx = Vertx.vertx();
        try (var server = RedisServer.start()) {
            assertThat(server.ask(line())).isEqualTo("+OK");
            var url = server.url().replace("redis://", "redis://gatehouse:PASSWORD@");
            var config = new RedisConfig(url, Duration.ofSeconds(5), 6, 100);
            var node = ClusterWithRedis.open(vertx, new Alone(vertx, "one"), config, Duration.ofSeconds(2));

            TestGateway.await(node.meet());
            TestGateway.await(node.records("notes").put("a", Buffer.buffer("text"), Duration.ofMinutes(1)));

            assertThat(server.ask("ZCARD gw:nodes")).isEqualTo(":1");
            assertThat(TestGateway.await(node.records("notes").get("a"))).isEqualTo(Buffer.buffer("text"));
        } finally {
            TestGateway.await(vertx.close());
        }
    }
}
