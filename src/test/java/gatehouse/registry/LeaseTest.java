package gatehouse.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import gatehouse.problem.ProblemException;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class LeaseTest {
    private final Desk desk = Desk.open();

    @Test
    void a_new_instance_gets_a_lease_and_an_index() {
        var before = desk.registry().index();

        var grant = desk.register("a");

        assertThat(grant.created()).isTrue();
        assertThat(grant.index()).isEqualTo(before + 1);
        assertThat(grant.lease()).isPositive();
        assertThat(desk.orders()).containsExactly("a");
        assertThat(desk.changes(before)).containsExactly("registered a");
    }

    @Test
    void the_same_again_renews_and_changes_nothing() {
        var first = desk.register("a", "ttl=30s");
        desk.pass(Duration.ofSeconds(20));

        var again = desk.register("a", "ttl=30s");

        assertThat(again.created()).isFalse();
        assertThat(again.lease()).isEqualTo(first.lease());
        assertThat(again.index()).isEqualTo(first.index());
        assertThat(again.expiresAt() - first.expiresAt()).isEqualTo(20_000);
        desk.pass(Duration.ofSeconds(20));
        assertThat(desk.orders()).containsExactly("a");
    }

    @Test
    void a_lease_that_runs_out_makes_suspect_and_after_the_grace_the_instance_is_gone() {
        var index = desk.register("a", "ttl=30s").index();

        desk.pass(Duration.ofMillis(29_900));
        assertThat(desk.orders()).containsExactly("a");
        desk.pass(Duration.ofMillis(100));
        assertThat(desk.orders()).containsExactly("a?");
        desk.pass(Duration.ofMillis(29_900));
        assertThat(desk.orders()).containsExactly("a?");
        desk.pass(Duration.ofMillis(100));

        assertThat(desk.orders()).isEmpty();
        assertThat(desk.changes(index)).containsExactly("suspect a", "expired a");
    }

    @Test
    void who_renews_while_suspect_is_back_with_the_same_lease() {
        var grant = desk.register("a", "ttl=30s");
        desk.pass(Duration.ofSeconds(40));

        var back = desk.renew("a");

        assertThat(desk.orders()).containsExactly("a");
        assertThat(back.lease()).isEqualTo(grant.lease());
        assertThat(desk.changes(grant.index())).containsExactly("suspect a", "recovered a");
    }

    @Test
    void who_is_gone_can_not_renew() {
        desk.register("a", "ttl=5s");
        desk.pass(Duration.ofSeconds(36));

        assertRefused(404, () -> desk.renew("a"));
    }

    @Test
    void another_address_under_the_same_name_gets_a_higher_lease_and_fences_the_former_off() {
        var first = desk.register("a", "address=10.0.0.1:80");

        var second = desk.register("a", "address=10.0.0.2:80");

        assertThat(second.lease()).isGreaterThan(first.lease());
        assertRefused(409, () -> desk.registry().renew(Desk.name("a"), first.lease(), Desk.OPS));
        assertRefused(409, () -> desk.register("a", "address=10.0.0.1:80", "lease=" + first.lease()));
        assertRefused(409, () -> desk.registry().deregister(Desk.name("a"), first.lease(), Desk.OPS));
        assertThat(desk.registry()
                        .renew(Desk.name("a"), second.lease(), Desk.OPS)
                        .lease())
                .isEqualTo(second.lease());
    }

    @Test
    void a_lease_of_an_instance_that_is_gone_is_not_taken_up_again() {
        var lease = desk.register("a").lease();
        desk.registry().deregister(Desk.name("a"), lease, Desk.OPS);

        assertRefused(404, () -> desk.register("a", "lease=" + lease));
        assertThat(desk.register("a").lease()).isGreaterThan(lease);
    }

    @Test
    void leases_grow_though_the_clock_on_the_wall_is_set_back() {
        var first = desk.register("a").lease();
        desk.setWall(-3_600_000);
        desk.registry().deregister(Desk.name("a"), null, Desk.OPS);

        assertThat(desk.register("a").lease()).isGreaterThan(first);
    }

    @Test
    void a_clock_on_the_wall_that_is_set_expires_nobody() {
        desk.register("a");
        desk.setWall(600_000);
        desk.pass(Duration.ofSeconds(1));

        assertThat(desk.orders()).containsExactly("a");
    }

    @Test
    void only_its_owner_and_who_overrules_may_change_an_instance() {
        var one = new Registrant("one", false);
        var other = new Registrant("other", false);
        desk.registerAs(one, "a");

        assertRefused(409, () -> desk.registerAs(other, "a"));
        assertRefused(409, () -> desk.registry().renew(Desk.name("a"), null, other));
        assertRefused(409, () -> desk.registry().deregister(Desk.name("a"), null, other));
        desk.renew("a");
        assertThat(desk.registry().find(Desk.name("a")).instance().owner()).isEqualTo("one");
    }

    @Test
    void an_update_changes_what_it_names_and_does_not_renew() {
        var registered = desk.register("a", "ttl=30s", "weight=3");
        desk.pass(Duration.ofSeconds(10));
        var update = Submission.update(
                Map.of("state", "draining", "metadata", Map.of("zone", "b")),
                desk.registry().config());

        var grant = desk.registry().update(Desk.name("a"), update, null, Desk.OPS);

        var instance = desk.registry().find(Desk.name("a")).instance();
        assertThat(instance.state()).isEqualTo(Instance.State.DRAINING);
        assertThat(instance.metadata()).isEqualTo(Map.of("zone", "b"));
        assertThat(instance.weight()).isEqualTo(3);
        assertThat(grant.expiresAt()).isEqualTo(registered.expiresAt());
        assertThat(grant.lease()).isEqualTo(registered.lease());
        assertThat(desk.register("a", "ttl=30s", "weight=3").lease()).isEqualTo(registered.lease());
        assertThat(desk.registry().find(Desk.name("a")).instance().state())
                .as("kept by a registration that names none")
                .isEqualTo(Instance.State.DRAINING);
    }

    @Test
    void of_10000_minutes_with_every_twentieth_heartbeat_lost_none_loses_an_instance() {
        var chance = new Random(20);
        desk.register("a", "ttl=30s");
        var gone = new AtomicInteger();
        for (var beat = 0; beat < 60_000; beat++) {
            desk.turn(10_000);
            desk.registry().sweep();
            gone.addAndGet(desk.orders().isEmpty() ? 1 : 0);
            if (chance.nextDouble() >= 0.05 && !desk.orders().isEmpty()) {
                desk.renew("a");
            }
        }
        assertThat(gone).hasValue(0);
    }

    private static void assertRefused(int status, Runnable work) {
        assertThatThrownBy(work::run)
                .isInstanceOfSatisfying(
                        ProblemException.class,
                        refused -> assertThat(refused.problem().status()).isEqualTo(status));
    }
}
