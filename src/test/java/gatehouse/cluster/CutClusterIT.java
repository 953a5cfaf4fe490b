package gatehouse.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.hazelcast.core.Hazelcast;
import com.hazelcast.instance.impl.HazelcastInstanceProxy;
import com.hazelcast.internal.server.Server;
import gatehouse.bus.Subscription;
import gatehouse.bus.Verb;
import gatehouse.config.ClusterConfig;
import gatehouse.testing.Members;
import gatehouse.testing.RawClient;
import gatehouse.testing.RawOrigin;
import gatehouse.testing.TestGateway;
import gatehouse.testing.Waiting;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/**
 * Three gateways, one of which is cut off from the others for a while, and what their caches have in common then. {@code
 * -Dstampede.cut=60} seconds for more.
 */
@DisplayNameGeneration(ReplaceUnderscores.class)
class CutClusterIT {
    private static final Duration LONG = Duration.ofMinutes(1);
    private static final int SECONDS = Integer.getInteger("stampede.cut", 2);

    private final AtomicInteger answers = new AtomicInteger();
    private RawOrigin origin;
    private Joined one;
    private Joined two;
    private Joined three;
    private TestGateway first;
    private TestGateway second;
    private TestGateway third;

    @BeforeEach
    void start() throws Exception {
        origin = RawOrigin.answering(exchange -> exchange.reply(
                "200 OK",
                "answer " + answers.incrementAndGet(),
                "Cache-Control: max-age=" + (exchange.target().startsWith("/short") ? 1 : 600)));
        one = Joined.join(settings(), "one");
        first = gateway(one);
        two = Joined.join(settings(one.address()), "two");
        second = gateway(two);
        three = Joined.join(settings(one.address()), "three");
        third = gateway(three);
        Waiting.until("they are together", LONG, () -> one.members().size() == 3);
    }

    private static ClusterConfig settings(String... seeds) {
        return Members.settings("127.0.0.1:0", "of these three members alone", Duration.ofSeconds(2), seeds);
    }

    private TestGateway gateway(Joined member) throws Exception {
        return TestGateway.startAmong(member, """
                cache: { patience: 500ms, pause: 500ms }
                services: { origin: { targets: "%s" } }
                routes: { all: { match: { path: "/**" }, to: origin, cache: { lock: cluster } } }
                """, origin.url());
    }

    @AfterEach
    void stop() throws Exception {
        third.close();
        three.close();
        second.close();
        two.close();
        first.close();
        one.close();
        origin.close();
    }

    private static String get(TestGateway from, String target) {
        try {
            var answer = RawClient.get(from.port(), target);
            assertThat(answer.status()).isEqualTo(200);
            return answer.text();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private long asked(String target) {
        return origin.requests().stream()
                .filter(request -> request.target().equals(target))
                .count();
    }

    /** On all of them, what expires each second. */
    private void askForAWhile(String target) {
        var end = System.nanoTime() + Duration.ofSeconds(SECONDS).toNanos();
        while (System.nanoTime() < end) {
            get(first, target);
            get(second, target);
            get(third, target);
            LockSupport.parkNanos(20_000_000);
        }
    }

    /** What a member speaks with others by. */
    private static Server wire(String name) {
        return Hazelcast.getAllHazelcastInstances().stream()
                .filter(member ->
                        name.equals(member.getCluster().getLocalMember().getAttribute(HazelcastSetup.NAME)))
                .map(member ->
                        ((HazelcastInstanceProxy) member).getOriginal().node.getServer())
                .findFirst()
                .orElseThrow();
    }

    /** Answers questions of all nodes. */
    private static Subscription answering(TestGateway node, String address) throws Exception {
        var subscription = Verb.of(address).serve(node.vertx(), asked -> Map.of("well", true));
        TestGateway.await(subscription.ready());
        return subscription;
    }

    /** How many of so many questions are answered. */
    private static int answered(TestGateway from, String address, int questions) {
        var answered = 0;
        for (var i = 0; i < questions; i++) {
            try {
                TestGateway.await(from.vertx()
                        .eventBus()
                        .<JsonObject>request(address, new JsonObject(), new DeliveryOptions().setSendTimeout(500)));
                answered++;
            } catch (Exception noAnswer) {
                return answered;
            }
        }
        return answered;
    }

    @Test
    void each_side_fetches_once_and_together_again_they_fetch_once_and_know_what_was_purged() throws Exception {
        var old = get(first, "/a");
        assertThat(get(second, "/a")).isEqualTo(old);
        assertThat(asked("/a")).isEqualTo(1);

        answering(first, "test.of.one");
        answering(second, "test.of.two");
        Waiting.until(
                "questions are answered",
                LONG,
                () -> answered(second, "test.of.one", 1) + answered(first, "test.of.two", 1) == 2);

        wire("two").stop();
        Waiting.until(
                "they are cut off",
                LONG,
                () -> one.members().size() == 2
                        && three.members().size() == 2
                        && two.members().size() == 1);
        askForAWhile("/short/cut");
        assertThat(asked("/short/cut")).isBetween(2L, 2L * (SECONDS + 2));
        assertThat(get(first, "/b")).isEqualTo(get(third, "/b")).isNotEqualTo(get(second, "/b"));
        get(first, "/b");
        get(second, "/b");
        assertThat(asked("/b")).isEqualTo(2);
        second.vertx()
                .eventBus()
                .publish(
                        "gatehouse.cache.purge",
                        new JsonObject()
                                .put("id", "of the other side")
                                .put("urls", new JsonArray().add("http://localhost/a")));
        Waiting.until("it is purged on one side", LONG, () -> !get(second, "/a").equals(old));
        assertThat(get(first, "/a")).isEqualTo(old);

        answering(second, "test.of.late");
        assertThat(answered(second, "test.of.late", 1)).isEqualTo(1);

        wire("two").start();
        Waiting.until(
                "they are together again",
                LONG,
                () -> one.members().size() == 3 && two.members().size() == 3);
        Waiting.until(
                "it is purged on the other side", LONG, () -> !get(first, "/a").equals(old));
        Waiting.until("they share again", LONG, () -> {
            var target = "/c/" + answers.get();
            return get(first, target).equals(get(second, target))
                    && get(third, target).equals(get(second, target))
                    && asked(target) == 1;
        });
        askForAWhile("/short/whole");
        assertThat(asked("/short/whole")).isBetween(2L, SECONDS + 2L);
        for (var address : List.of("test.of.one", "test.of.two", "test.of.late")) {
            var from = address.equals("test.of.one") ? second : first;
            Waiting.until(
                    "questions to " + address + " are answered again", LONG, () -> answered(from, address, 1) == 1);
            assertThat(answered(from, address, 20)).isEqualTo(20);
        }
    }
}
