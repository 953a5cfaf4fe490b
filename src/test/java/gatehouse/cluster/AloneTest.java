package gatehouse.cluster;

import static gatehouse.cluster.Nodes.await;
import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.Waiting;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** A node without others has the same maps, in memory. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class AloneTest {
    private static final Duration LIFE = Duration.ofSeconds(30);

    private final Vertx vertx = Vertx.vertx();
    private final Cluster cluster = new Alone(vertx, "alone");

    @AfterEach
    void close() {
        await(vertx.close());
    }

    @Test
    void it_is_its_only_member() {
        assertThat(cluster.members()).containsExactly(new Member(cluster.self(), "alone", "", true));
        assertThat(cluster.isShared()).isFalse();
    }

    @Test
    void a_map_keeps_and_compares() {
        var map = cluster.map("things");
        await(map.put("a", Buffer.buffer("1"), LIFE));

        assertThat(await(map.putIfAbsent("a", Buffer.buffer("2"), LIFE))).isEqualTo(Buffer.buffer("1"));
        assertThat(await(map.replace("a", Buffer.buffer("1"), Buffer.buffer("3"), LIFE)))
                .isTrue();
        assertThat(await(map.replace("a", Buffer.buffer("1"), Buffer.buffer("4"), LIFE)))
                .isFalse();
        assertThat(await(map.entries())).isEqualTo(Map.of("a", Buffer.buffer("3")));
        await(map.remove("a"));
        assertThat(await(map.get("a"))).isNull();
    }

    @Test
    void an_entry_that_is_replaced_ends_when_its_new_life_does() {
        var map = cluster.map("lives");
        await(map.put("short", Buffer.buffer("1"), LIFE));
        Waiting.until("it is replaced before its first life has ended", () -> {
            await(map.put("long", Buffer.buffer("1"), Duration.ofSeconds(1)));
            return await(map.replace("long", Buffer.buffer("1"), Buffer.buffer("2"), LIFE));
        });
        await(map.replace("short", Buffer.buffer("1"), Buffer.buffer("2"), Duration.ofSeconds(1)));
        Waiting.until("it has ended", () -> await(map.get("short")) == null);
        assertThat(await(map.get("long"))).isEqualTo(Buffer.buffer("2"));
    }
}
