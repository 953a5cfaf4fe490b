package gatehouse.cluster;

import static gatehouse.cluster.Nodes.await;
import static gatehouse.testing.Members.SECRET;
import static gatehouse.testing.Members.settings;
import static gatehouse.testing.Members.vertx;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.hazelcast.core.Hazelcast;
import gatehouse.bus.Subscription;
import gatehouse.bus.Verb;
import gatehouse.cache.Purge;
import gatehouse.cache.Purged;
import gatehouse.cluster.Nodes.Word;
import gatehouse.config.ListenAddress;
import gatehouse.refresh.Purges;
import gatehouse.testing.LogLines;
import gatehouse.testing.Waiting;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** Two members in one process, as starting them takes long. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class TwoNodesTest {
    private static final Duration LIFE = Duration.ofMinutes(5);
    private static final Duration LONG = Duration.ofSeconds(30);

    private volatile Duration purgePatience = LONG;
    private static Joined one;
    private static Joined two;
    private static Vertx vertxOne;
    private static Vertx vertxTwo;

    @BeforeAll
    static void start() {
        one = Joined.join(settings(SECRET), "one");
        vertxOne = vertx(one);
        two = Joined.join(settings(SECRET, one.address()), "two");
        vertxTwo = vertx(two);
    }

    @AfterAll
    static void end() {
        await(vertxTwo.close());
        two.close();
        await(vertxOne.close());
        one.close();
    }

    @Test
    void members_know_each_other() {
        assertThat(one.members())
                .extracting(Member::name, Member::self)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("one", true),
                        org.assertj.core.groups.Tuple.tuple("two", false));
        assertThat(two.members()).extracting(Member::id).contains(one.self(), two.self());
    }

    @Test
    void a_message_reaches_the_other_node() {
        var heard = new CompletableFuture<String>();
        var subscription = Word.TOPIC.subscribe(vertxTwo, word -> heard.complete(word.word()));
        await(subscription.ready());

        Waiting.until(
                "it is heard",
                () -> { // who listens is known to the other node a moment later
                    Word.TOPIC.publish(vertxOne, new Word("hello"));
                    return heard.isDone();
                });

        assertThat(heard.join()).isEqualTo("hello");
        await(subscription.close());
    }

    @Test
    void questions_are_answered_when_a_node_that_answered_them_was_killed_and_when_it_is_back() {
        var here = answering(vertxOne, "one");
        try (var log = new LogLines(Joined.class)) {
            for (var life = 0; life < 2; life++) {
                var third = Joined.join(settings(SECRET, one.address(), two.address()), "third");
                var address = third.address();
                var vertxThird = vertx(third);
                try {
                    answering(vertxThird, "third");
                    Waiting.until("both answer", LONG, () -> askMany().equals(Set.of("one", "third")));
                } finally {
                    kill("third");
                    var unused = vertxThird.close();
                    third.close();
                }
                Waiting.until("one answers", LONG, () -> askMany().equals(Set.of("one")));
                Waiting.until(
                        "they are two",
                        LONG,
                        () -> one.members().size() == 2 && two.members().size() == 2);
                assertThat(log.lines()).contains("cluster: third (" + address + ") is gone, 2 members");
            }
        }
        await(here.close());
    }

    private static Subscription answering(Vertx vertx, String name) {
        var subscription = Verb.of("test.question").serve(vertx, asked -> Map.of("by", name));
        await(subscription.ready());
        return subscription;
    }

    /** Who answered ten questions of the second node; {@code nobody} where one was not answered. */
    private static Set<String> askMany() {
        var by = new TreeSet<String>();
        for (var i = 0; i < 10; i++) {
            by.add(await(vertxTwo.eventBus()
                    .<JsonObject>request("test.question", new JsonObject(), new DeliveryOptions().setSendTimeout(1000))
                    .map(answer -> answer.body().getString("by"))
                    .otherwise("nobody")));
        }
        return by;
    }

    /** As SIGKILL would: nobody is told, and nothing is handed on. */
    private static void kill(String name) {
        Hazelcast.getAllHazelcastInstances().stream()
                .filter(member ->
                        name.equals(member.getCluster().getLocalMember().getAttribute(HazelcastSetup.NAME)))
                .forEach(member -> member.getLifecycleService().terminate());
    }

    @Test
    void a_node_knows_the_ports_at_which_it_listens_for_others() {
        var bus = ((VertxInternal) vertxOne).clusterManager().getNodeInfo().port();

        assertThat(one.ports())
                .containsExactlyInAnyOrder(ListenAddress.parse(one.address()).port(), bus);
    }

    @Test
    void no_object_of_java_may_travel() {
        assertThatThrownBy(() -> vertxOne.eventBus().send("test.object", new java.util.Date()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("No message codec");
    }

    @Test
    void a_map_is_the_same_on_both_nodes() {
        var here = one.map("things");
        var there = two.map("things");
        await(here.put("a", Buffer.buffer("1"), LIFE));

        assertThat(await(there.get("a"))).isEqualTo(Buffer.buffer("1"));
        assertThat(await(there.putIfAbsent("a", Buffer.buffer("2"), LIFE))).isEqualTo(Buffer.buffer("1"));
        assertThat(await(there.replace("a", Buffer.buffer("1"), Buffer.buffer("3"), LIFE)))
                .isTrue();
        assertThat(await(here.replace("a", Buffer.buffer("1"), Buffer.buffer("4"), LIFE)))
                .isFalse();
        assertThat(await(here.get("a"))).isEqualTo(Buffer.buffer("3"));
    }

    @Test
    void an_entry_that_is_replaced_ends_when_its_new_life_does_on_both_nodes() {
        var here = one.map("lives");
        var there = two.map("lives");
        await(here.put("short", Buffer.buffer("1"), LIFE));
        Waiting.until(
                "it is replaced before its first life has ended, which may be less than the second that it is", () -> {
                    await(here.put("long", Buffer.buffer("1"), Duration.ofSeconds(1)));
                    return await(there.replace("long", Buffer.buffer("1"), Buffer.buffer("2"), LIFE));
                });
        await(there.replace("short", Buffer.buffer("1"), Buffer.buffer("2"), Duration.ofSeconds(1)));
        Waiting.until("it has ended", () -> await(here.get("short")) == null && await(there.get("short")) == null);
        assertThat(await(there.get("long"))).isEqualTo(Buffer.buffer("2"));
    }

    @Test
    void a_purge_is_over_when_each_node_has_carried_it_out_or_it_names_who_has_not() {
        var here = new ConcurrentLinkedQueue<Purge>();
        var there = new ConcurrentLinkedQueue<Purge>();
        var mine = purges(vertxOne, one, here);
        var others = purges(vertxTwo, two, there);
        await(mine.start());
        var purge = new Purge(List.of("a", "b"), List.of(), "http://localhost/x", false, true);

        purgePatience = Duration.ofSeconds(1);
        var early = new Purge(List.of("early"), List.of(), null, false, true);
        assertThat(await(mine.purge(early)).unconfirmed()).containsExactly("two");

        purgePatience = LONG;
        await(others.start());
        assertThat(await(mine.purge(purge))).isEqualTo(new Purged(2, List.of()));
        assertThat(here).containsExactly(early, purge);
        assertThat(there).filteredOn(purge::equals).hasSize(1); // though it is told on the bus besides
        assertThat(await(others.purge(purge))).isEqualTo(new Purged(2, List.of()));
        await(others.stop());
        await(mine.stop());
    }

    private Purges purges(Vertx vertx, Joined joined, Queue<Purge> carriedOut) {
        return new Purges(
                vertx,
                joined,
                (purge, id) -> {
                    carriedOut.add(purge);
                    return Future.succeededFuture(1);
                },
                () -> purgePatience);
    }

    @Test
    void a_port_that_is_taken_is_told() {
        var taken = settings(one.address(), SECRET, Duration.ofSeconds(5));

        assertThatThrownBy(() -> Joined.join(taken, "late"))
                .isInstanceOf(RuntimeException.class)
                .isNotInstanceOf(CompletionException.class);
    }
}
