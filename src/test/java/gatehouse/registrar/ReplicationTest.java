package gatehouse.registrar;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class ReplicationTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    private final LossyBus bus = new LossyBus(11);
    private final LossyBus.Node one = bus.join("one", 0);
    private final LossyBus.Node two = bus.join("two", 0);

    @Test
    void what_is_registered_on_one_node_is_known_on_the_other_at_once() {
        bus.pass(SECOND);
        one.register("a", "10.0.0.1:80");

        bus.pass(Duration.ofMillis(50));

        assertThat(two.ids()).containsExactly("a");
    }

    @Test
    void renewals_may_go_to_any_node() {
        one.register("a", "10.0.0.1:80");
        for (var round = 0; round < 12; round++) {
            bus.pass(Duration.ofSeconds(10));
            (round % 2 == 0 ? two : one).renew("a");
        }
        assertThat(one.ids()).containsExactly("a");
        assertThat(two.ids()).containsExactly("a");
    }

    @Test
    void who_deregisters_is_gone_everywhere() {
        one.register("a", "10.0.0.1:80");
        one.register("b", "10.0.0.2:80");
        bus.pass(SECOND);

        two.deregister("a");
        bus.pass(SECOND);

        assertThat(one.ids()).containsExactly("b");
        assertThat(two.ids()).containsExactly("b");
    }

    @Test
    void who_deregistered_does_not_come_back_with_a_node_that_slept_though_the_one_that_heard_it_restarted(
            @TempDir Path folder) throws Exception {
        var oneFile = new LeaseFile(folder.resolve("one.json"));
        var twoFile = new LeaseFile(folder.resolve("two.json"));
        one.register("z", "10.0.0.1:80", "10m");
        bus.pass(SECOND);
        oneFile.save(one.toSave(), 0);
        bus.kill("one");
        two.deregister("z");
        twoFile.save(two.toSave(), 0);
        bus.kill("two");

        var nextTwo = bus.join("two", 0);
        nextTwo.load(twoFile.load(1_000));
        bus.pass(SECOND);
        var nextOne = bus.join("one", 0);
        nextOne.load(oneFile.load(1_000));
        assertThat(nextOne.ids()).as("as it had been saved").containsExactly("z");
        bus.pass(SECOND);

        assertThat(nextOne.ids()).isEmpty();
        assertThat(nextTwo.ids()).isEmpty();
        var third = bus.join("three", 0);
        bus.kill("two");
        third.load(oneFile.load(1_000));
        bus.pass(SECOND);
        assertThat(third.ids()).as("who heard of it by another").isEmpty();
    }

    @Test
    void a_node_that_joins_gets_all_there_is_and_knows_when_it_has_it() {
        for (var i = 0; i < 500; i++) {
            (i % 2 == 0 ? one : two).register("i" + i, "10.0.0.1:" + (1000 + i));
        }
        bus.pass(SECOND);

        var three = bus.join("three", 0);
        assertThat(three.replication().isCaughtUp()).isFalse();
        bus.pass(Duration.ofMillis(100));

        assertThat(three.replication().isCaughtUp()).isTrue();
        assertThat(three.ids()).hasSize(500);
    }

    @Test
    void a_node_alone_has_caught_up() {
        var alone = new LossyBus(1).join("alone", 0);

        assertThat(alone.replication().isCaughtUp()).isTrue();
    }

    @Test
    void what_was_registered_on_a_node_that_died_lives_on_until_its_lease_runs_out() {
        one.register("a", "10.0.0.1:80");
        bus.pass(SECOND);

        bus.kill("one");
        bus.pass(Duration.ofSeconds(28));
        assertThat(two.ids()).containsExactly("a");
        bus.pass(Duration.ofSeconds(3));
        assertThat(two.ids()).containsExactly("a?");
        two.renew("a");
        assertThat(two.ids()).containsExactly("a");
    }

    @Test
    void what_only_one_other_node_heard_before_its_origin_died_comes_to_all() {
        var three = bus.join("three", 0);
        bus.pass(SECOND);
        bus.cut("one", "three");
        one.register("a", "10.0.0.1:80");
        bus.pass(Duration.ofMillis(50));

        bus.kill("one");
        bus.heal();
        bus.pass(SECOND);

        assertThat(two.ids()).containsExactly("a");
        assertThat(three.ids()).containsExactly("a");
    }

    @Test
    void a_lost_renewal_is_asked_for() {
        one.register("a", "10.0.0.1:80");
        bus.pass(Duration.ofSeconds(20));
        bus.losing(1, 0, 0);
        one.renew("a");
        bus.pass(Duration.ofMillis(100));
        bus.losing(0, 0, 0);

        bus.pass(Duration.ofSeconds(15));

        assertThat(two.ids()).containsExactly("a");
    }

    @Test
    void nodes_that_agree_ask_nothing() {
        for (var i = 0; i < 50; i++) {
            one.register("i" + i, "10.0.0.1:80");
        }
        bus.pass(Duration.ofSeconds(5));
        var before = bus.questions();

        for (var round = 0; round < 10; round++) {
            for (var i = 0; i < 50; i++) {
                two.renew("i" + i);
            }
            bus.pass(Duration.ofSeconds(5));
        }

        assertThat(bus.questions()).isEqualTo(before);
    }

    @Test
    void after_a_partition_both_sides_agree_and_the_higher_lease_has_won() {
        one.register("kept", "10.0.0.1:80");
        one.register("moved", "10.0.0.2:80");
        bus.pass(SECOND);
        bus.cut("one", "two");
        bus.pass(Duration.ofSeconds(5));
        bus.tellMembers();
        one.register("only-one", "10.0.1.1:80");
        two.register("only-two", "10.0.2.1:80");
        one.register("moved", "10.0.1.2:80");
        bus.pass(SECOND);
        var latest = two.register("moved", "10.0.2.2:80").lease();
        bus.pass(Duration.ofSeconds(5));
        assertThat(one.ids()).doesNotContain("only-two");

        bus.heal();
        bus.tellMembers();
        bus.pass(Duration.ofSeconds(3));

        assertThat(one.knows()).isEqualTo(two.knows()).contains("moved=10.0.2.2:80#" + latest);
        assertThat(one.ids()).containsExactlyInAnyOrder("kept", "moved", "only-one", "only-two");
    }

    @Test
    void a_cut_too_short_for_anybody_to_be_missed_leaves_no_difference() {
        bus.pass(SECOND);
        bus.cut("one", "two");
        one.register("a", "10.0.0.1:80");
        two.register("b", "10.0.0.1:80");
        bus.pass(SECOND);
        bus.heal();

        bus.pass(Duration.ofSeconds(3));

        assertThat(one.ids()).isEqualTo(two.ids()).containsExactly("a", "b");
    }

    @Test
    void who_went_during_a_partition_does_not_come_back_when_it_heals() {
        one.register("a", "10.0.0.1:80");
        goesDuringAPartitionOf(Duration.ofSeconds(10));
    }

    @Test
    void nor_after_a_long_one_though_its_lease_has_not_run_out() {
        one.register("a", "10.0.0.1:80", "10m");
        goesDuringAPartitionOf(Duration.ofMinutes(8));
    }

    private void goesDuringAPartitionOf(Duration time) {
        bus.pass(SECOND);
        bus.cut("one", "two");
        bus.tellMembers();
        one.deregister("a");
        bus.pass(time);
        assertThat(two.ids()).containsExactly("a");

        bus.heal();
        bus.tellMembers();
        bus.pass(Duration.ofSeconds(3));

        assertThat(one.ids()).isEmpty();
        assertThat(two.ids()).isEmpty();
    }

    @Test
    void who_went_is_not_remembered_for_ever() {
        one.register("a", "10.0.0.1:80");
        one.deregister("a");
        for (var minute = 0; minute < 4; minute++) { // each time all that is known is told anew
            bus.join("more" + minute, 0);
            bus.pass(Duration.ofMinutes(1));
        }

        assertThat(one.entries()).isZero();
        assertThat(two.entries()).isZero();
    }

    @Test
    void what_can_not_be_understood_is_dropped_and_the_rest_goes_on() {
        one.replication().heard(new Gossip.News("two", 1, List.of(Map.of("service", 7))));
        one.replication().heard(new Gossip.Digest("two", 1, false, List.of()));
        one.register("a", "10.0.0.1:80");

        bus.pass(SECOND);

        assertThat(two.ids()).containsExactly("a");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void whatever_a_bus_loses_doubles_and_delays_all_agree_in_the_end(long seed) {
        var chance = new Random(seed);
        var lossy = new LossyBus(seed);
        var nodes = List.of(lossy.join("x", 0), lossy.join("y", 90_000), lossy.join("z", -90_000));
        var names = List.of("x", "y", "z");
        lossy.losing(0.3, 0.2, 400);
        for (var step = 0; step < 400; step++) {
            act(chance, nodes.get(chance.nextInt(3)));
            if (chance.nextInt(40) == 0) {
                lossy.cut(names.get(chance.nextInt(2)), "z");
            } else if (chance.nextInt(25) == 0) {
                lossy.heal();
            }
            if (chance.nextInt(30) == 0) {
                lossy.tellMembers();
            }
            lossy.pass(Duration.ofMillis(chance.nextInt(300)));
        }
        lossy.heal();
        lossy.tellMembers();
        lossy.pass(Duration.ofSeconds(9)); // still lossy, and shorter than any lease

        assertThat(new HashSet<>(lossy.known().values())).hasSize(1);
    }

    private static void act(Random chance, LossyBus.Node node) {
        var id = "i" + chance.nextInt(30);
        var isKnown = node.ids().contains(id);
        if (isKnown && chance.nextInt(4) == 0) {
            node.deregister(id);
        } else if (isKnown && chance.nextInt(2) == 0) {
            node.renew(id);
        } else {
            node.register(id, "10.0.0." + chance.nextInt(5) + ":80");
        }
    }
}
