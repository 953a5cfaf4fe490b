package gatehouse.registry;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class MergeTest {
    private final Desk here = Desk.open();
    private final Desk there = Desk.open();
    private final List<Entry> told = new ArrayList<>();

    MergeTest() {
        here.registry().tell(told::add);
    }

    @Test
    void what_one_node_is_told_another_can_take_over() {
        here.register("a", "ttl=30s", "version=2.1", "weight=4");
        here.pass(Duration.ofSeconds(10));
        here.renew("a");
        here.register("a", "ttl=30s", "version=2.2", "weight=4");

        told.forEach(there.registry()::merge);

        assertThat(there.registry().find(Desk.name("a")).instance())
                .isEqualTo(here.registry().find(Desk.name("a")).instance());
        there.pass(Duration.ofMillis(29_900));
        assertThat(there.orders()).containsExactly("a");
        there.pass(Duration.ofMillis(100));
        assertThat(there.orders()).containsExactly("a?");
    }

    @Test
    void the_last_change_holds_though_its_node_had_not_heard_of_the_one_before() {
        here.register("a");
        told.forEach(there.registry()::merge);
        told.clear();
        there.registry().tell(told::add);

        there.registry().update(Desk.name("a"), state("draining"), null, Desk.OPS);
        here.turn(5);
        here.registry().update(Desk.name("a"), state("up"), null, Desk.OPS);
        List.copyOf(told).forEach(entry -> {
            here.registry().merge(entry);
            there.registry().merge(entry);
        });

        for (var desk : List.of(here, there)) {
            assertThat(desk.registry().find(Desk.name("a")).instance().state()).isEqualTo(Instance.State.UP);
        }
    }

    @Test
    void of_two_that_take_a_name_on_two_nodes_in_the_same_millisecond_all_choose_the_same() {
        there.registry().tell(told::add);
        here.register("a", "address=10.0.0.1:80");
        there.register("a", "address=10.0.0.2:80");
        assertThat(told.get(0).instance().lease())
                .isEqualTo(told.get(1).instance().lease());

        List.copyOf(told).forEach(entry -> {
            here.registry().merge(entry);
            there.registry().merge(entry);
        });

        assertThat(here.registry().find(Desk.name("a")).instance())
                .isEqualTo(there.registry().find(Desk.name("a")).instance());
    }

    private static Update state(String word) {
        return Submission.update(Map.of("state", word), Desk.config(""));
    }

    @Test
    void an_entry_survives_json() {
        here.register("a", "ttl=30s", "version=2.1", "weight=4", "state=draining", "address=http://[::1]:8443");
        var entry = told.get(0);

        var json = new JsonObject(entry.toFields()).encode();
        var fields = new JsonObject(json).getMap();

        assertThat(Entry.of(fields)).isEqualTo(entry);
    }

    @Test
    void who_went_does_not_come_back_for_what_another_node_still_tells() {
        here.register("a");
        var before = told.get(0);
        here.registry().deregister(Desk.name("a"), null, Desk.OPS);

        assertThat(here.registry().merge(before)).isFalse();
        assertThat(here.orders()).isEmpty();
        there.registry().merge(before);
        told.forEach(there.registry()::merge);
        assertThat(there.orders()).isEmpty();
    }

    @Test
    void who_went_and_registers_anew_is_there() {
        here.register("a");
        here.registry().deregister(Desk.name("a"), null, Desk.OPS);
        here.register("a", "address=10.0.0.9:80");

        told.forEach(there.registry()::merge);

        assertThat(there.orders()).containsExactly("a");
    }

    @Test
    void a_node_that_has_seen_a_higher_lease_gives_a_higher_one() {
        there.setWall(3_600_000);
        var ahead = there.register("a").lease();
        there.registry().entries().forEach(here.registry()::merge);

        assertThat(here.register("a", "address=10.0.0.7:80").lease()).isGreaterThan(ahead);
    }

    @Test
    void a_renewal_that_another_node_got_brings_a_suspect_back() {
        here.register("a", "ttl=30s");
        told.forEach(there.registry()::merge);
        there.pass(Duration.ofSeconds(35));
        assertThat(there.orders()).containsExactly("a?");
        told.clear();
        here.renew("a");

        told.forEach(there.registry()::merge);

        assertThat(there.orders()).containsExactly("a");
    }

    @Test
    void in_whatever_order_and_how_often_it_is_told_all_end_up_with_the_same() {
        var chance = new Random(7);
        here.register("a");
        here.register("b");
        here.register("a", "weight=2");
        here.registry().deregister(Desk.name("b"), null, Desk.OPS);
        here.register("b", "weight=5");
        here.register("a", "address=10.0.0.3:80");
        here.registry().deregister(Desk.name("a"), null, Desk.OPS);
        here.register("c", "weight=9");
        here.registry()
                .update(
                        Desk.name("c"),
                        Submission.update(
                                Map.of("state", "down"), here.registry().config()),
                        null,
                        Desk.OPS);
        for (var round = 0; round < 200; round++) {
            var other = Desk.open();
            var twice = new ArrayList<>(told);
            twice.addAll(told);
            Collections.shuffle(twice, chance);
            twice.forEach(other.registry()::merge);

            assertThat(instances(other)).containsExactlyInAnyOrderElementsOf(instances(here));
        }
    }

    private static List<Instance> instances(Desk desk) {
        return desk.registry().list(Desk.ORDERS).stream().map(Listing::instance).toList();
    }
}
