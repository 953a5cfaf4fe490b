package gatehouse.ws;

import static gatehouse.ws.PushTest.event;
import static gatehouse.ws.PushTest.listen;
import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.Members;
import gatehouse.testing.RawClient;
import gatehouse.testing.RedisServer;
import gatehouse.testing.TestGateway;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** What is published on a topic reaches clients of other nodes, and those that come back to another one. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class PushElsewhereTest {
    private static final String NEWS =
            "routes: { news: { match: { path: \"/events/{topic}\" }, to: { topic: \"{topic}\" } } }\n";

    private static RedisServer redis;

    @BeforeAll
    static void start() throws IOException {
        redis = RedisServer.start();
    }

    @AfterAll
    static void stop() throws IOException {
        redis.close();
    }

    private static TestGateway gateway(String patience) throws Exception {
        return TestGateway.startWithSockets(
                "redis: \"%s\"\ntopics: { replay: 3, replayBytes: 1KiB, patience: %s }\n" + NEWS,
                redis.url(),
                patience);
    }

    private static String publish(TestGateway gateway, String topic, String text) {
        return gateway.node().openSockets().topics().publish(topic, text);
    }

    @Test
    void a_client_that_comes_back_to_a_node_that_has_just_begun_gets_what_it_has_missed() throws Exception {
        String last;
        try (var before = gateway("5s")) {
            try (var client = listen(before, "moved")) {
                publish(before, "moved", "first");
                last = event(client).get("id");
            }
            publish(before, "moved", "second");
            publish(before, "moved", "gr\u00fc\u00dfe");
            try (var client = listen(before, "moved", "Last-Event-ID: " + last)) {
                assertThat(event(client)).containsEntry("data", "second");
                event(client); // so that all of them are kept by now
            }
        }
        try (var after = gateway("5s");
                var client = listen(after, "moved", "Last-Event-ID: " + last);
                var fresh = listen(after, "moved")) {
            assertThat(event(client)).containsEntry("data", "second");
            assertThat(event(client).get("data").getBytes("ISO-8859-1")).isEqualTo("gr\u00fc\u00dfe".getBytes("UTF-8"));
            publish(after, "moved", "fourth");
            assertThat(event(client)).containsEntry("data", "fourth");
            assertThat(event(fresh)).containsEntry("data", "fourth"); // who was never here gets nothing old
        }
    }

    @Test
    void so_many_messages_are_kept_and_who_has_missed_more_gets_those() throws Exception {
        String last;
        try (var before = gateway("5s");
                var client = listen(before, "news")) {
            last = publish(before, "news", "0");
            event(client);
            for (var text : List.of("1", "2", "3", "4", "5", "long".repeat(200))) {
                publish(before, "news", text);
                event(client); // one by one: who is late skips what is not kept any more
            }
        }
        assertThat(size()).isEqualTo(3);
        try (var after = gateway("5s");
                var client = listen(after, "news", "Last-Event-ID: " + last)) {
            assertThat(event(client)).containsEntry("data", "4");
            assertThat(event(client)).containsEntry("data", "5");
            assertThat(event(client)).containsEntry("data", "long".repeat(200));
            publish(after, "news", "long".repeat(200)); // two of them are more than a KiB
            event(client);
        }
        assertThat(size()).isEqualTo(1);
    }

    private static int size() throws IOException {
        try (var client = RawClient.connect(redis.port())) {
            client.send("XLEN gw:topic:news\r\n");
            return Integer.parseInt(new String(client.readBytes(2), "US-ASCII").substring(1));
        }
    }

    @Test
    void a_redis_that_hangs_holds_nobody_up() throws Exception {
        try (var gateway = gateway("50ms")) {
            redis.signal("STOP");
            try (var client = listen(gateway, "hung", "Last-Event-ID: unknown")) {
                publish(gateway, "hung", "one");
                publish(gateway, "hung", "two");
                assertThat(event(client)).containsEntry("data", "one");
                assertThat(event(client)).containsEntry("data", "two");
            } finally {
                redis.signal("CONT");
            }
        }
    }

    @Test
    void no_message_waits_for_a_redis_that_hangs_as_often_as_there_are_others() throws Exception {
        try (var gateway = gateway("1s");
                var many = listen(gateway, "many");
                var one = listen(gateway, "one")) {
            redis.signal("STOP");
            try {
                for (var text : List.of("first", "second", "third")) {
                    publish(gateway, "many", text);
                }
                event(many);
                publish(gateway, "one", "later than all of those");
                event(one);
                var come = new StringBuilder();
                while (many.available()) {
                    come.append((char) many.readBytes(1)[0]);
                }
                assertThat(come.toString()).contains("data: second", "data: third");
            } finally {
                redis.signal("CONT");
            }
        }
    }

    @Test
    void a_topic_stays_for_who_is_still_on_the_way_to_it() throws Exception {
        try (var gateway = gateway("3s, keep: 0s")) {
            redis.signal("STOP");
            try (var client = listen(gateway, "slow")) { // for which Redis is asked what there was
                redis.signal("CONT");
                publish(gateway, "slow", "hello");
                assertThat(event(client)).containsEntry("data", "hello");
            } finally {
                redis.signal("CONT");
            }
        }
    }

    @Test
    void what_is_published_on_one_node_is_delivered_on_another_and_who_moves_misses_nothing() throws Exception {
        var config = "cluster: { enabled: true, secret: \"what only members know\" }\n" + NEWS;
        try (var one = Members.join("one");
                var here = TestGateway.startAmong(one, config);
                var two = Members.join("two", one.address());
                var there = TestGateway.startAmong(two, config)) {
            String last;
            try (var client = listen(there, "news");
                    var other = listen(here, "news")) {
                var probes = new ArrayList<String>(); // who listens is known to the other node a moment later
                for (var heard = false; !heard; heard = heard(client, probes)) {
                    probes.add(publish(here, "news", "probe"));
                }
                last = publish(here, "news", "one");
                assertThat(upTo(client, last)).containsEntry("data", "one");
                assertThat(upTo(other, last)).containsEntry("data", "one");
            }
            publish(there, "news", "two");
            try (var client = listen(here, "news", "Last-Event-ID: " + last)) {
                assertThat(event(client)).containsEntry("data", "two");
            }
        }
    }

    private static boolean heard(RawClient client, List<String> probes) throws Exception {
        LockSupport.parkNanos(20_000_000); // so that what was sent may come
        return client.available() && probes.contains(event(client).get("id"));
    }

    private static java.util.Map<String, String> upTo(RawClient client, String id) throws IOException {
        for (var event = event(client); ; event = event(client)) {
            if (event.get("id").equals(id)) {
                return event;
            }
        }
    }
}
