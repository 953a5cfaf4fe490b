package gatehouse.registrar;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.registry.Instance.State;
import gatehouse.service.TargetStatus;
import gatehouse.testing.RawOrigin;
import gatehouse.testing.Waiting;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class FollowTest extends FollowCase {
    @Test
    void a_new_instance_gets_traffic() throws Exception {
        start("orders");
        assertThat(get().status()).isEqualTo(503);

        orders.register("a", origin("a"));

        Waiting.until("an answer", () -> get().status() == 200);
    }

    @Test
    void requests_that_came_before_there_was_an_instance_do_not_delay_its_first_one() throws Exception {
        start("orders, breaker: { open: 1h }");
        for (var i = 0; i < 40; i++) { // twice as many failures as open a breaker
            assertThat(get().text()).contains("no-target");
        }

        orders.register("a", origin("a"));

        Waiting.until("an answer", () -> get().status() == 200);
    }

    @Test
    void one_that_goes_or_drains_gets_no_new_request() throws Exception {
        start("orders");
        orders.register("a", origin("a"));
        orders.register("b", origin("b"));
        orders.register("c", origin("c"));
        Waiting.until("all three", () -> answering(6).equals(Set.of("a", "b", "c")));

        orders.deregister("a");
        Waiting.until("two left", () -> targets().size() == 2);
        assertThat(answering(8)).isEqualTo(Set.of("b", "c"));

        orders.state("b", State.DRAINING);
        Waiting.until("b drains", () -> target(0).state() == gatehouse.service.Target.State.DRAINING);
        assertThat(answering(8)).isEqualTo(Set.of("c"));

        orders.state("b", State.UP);
        Waiting.until("b is back", () -> answering(8).equals(Set.of("b", "c")));
    }

    @Test
    void only_versions_and_metadata_that_fit_are_followed() throws Exception {
        start("{ name: orders, version: \">=2\", metadata: { zone: a } }");
        orders.register("old", origin("old"), Map.of("version", "1.9", "metadata", Map.of("zone", "a")));
        orders.register("far", origin("far"), Map.of("version", "2.0", "metadata", Map.of("zone", "b")));
        orders.register("none", origin("none"), Map.of("metadata", Map.of("zone", "a")));
        orders.register("fit", origin("fit"), Map.of("version", "2.1", "metadata", Map.of("zone", "a", "x", "y")));

        Waiting.until("an answer", () -> get().status() == 200);

        assertThat(answering(8)).isEqualTo(Set.of("fit"));
    }

    @Test
    void a_suspect_is_the_last_choice_and_then_gone() throws Exception {
        start("orders");
        gateway.reload(CONFIG.replace("grace: 300ms", "grace: 10m"), "orders");
        orders.register("a", origin("a"), Map.of("ttl", "100ms"));
        orders.register("b", origin("b"), Map.of("ttl", "1h"));
        Waiting.until("a is suspect", () -> targets().stream().anyMatch(TargetStatus::suspect));
        assertThat(answering(8)).isEqualTo(Set.of("b"));
        gateway.reload(CONFIG, "orders");
        Waiting.until("a is gone", () -> targets().size() == 1);
        assertThat(answering(4)).isEqualTo(Set.of("b"));
    }

    @Test
    void a_suspect_serves_while_there_is_no_other() throws Exception {
        start("orders");
        gateway.reload(CONFIG.replace("grace: 300ms", "grace: 10m"), "orders");
        orders.register("a", origin("a"), Map.of("ttl", "100ms"));
        Waiting.until("a is suspect", () -> targets().stream().anyMatch(TargetStatus::suspect));

        assertThat(answering(2)).isEqualTo(Set.of("a"));

        gateway.reload(CONFIG, "orders");
        Waiting.until("a is gone", () -> targets().isEmpty());
        assertThat(get().status()).isEqualTo(503);
    }

    @Test
    void weights_hold_and_change_without_a_loss_of_what_is_known() throws Exception {
        start("orders");
        orders.register("a", origin("a"), Map.of("weight", 3));
        orders.register("b", origin("b"));
        Waiting.until("two", () -> targets().size() == 2);
        assertThat(count(8)).isEqualTo(Map.of("a", 6, "b", 2));
        var requests = target(0).requests();

        orders.register("a", origins.get(0).url(), Map.of("weight", 1));
        Waiting.until("the new weight", () -> target(0).weight() == 1);

        assertThat(target(0).requests()).isEqualTo(requests);
        assertThat(count(8)).isEqualTo(Map.of("a", 4, "b", 4));
    }

    @Test
    void an_instance_that_refuses_is_ejected_though_its_lease_holds() throws Exception {
        start("orders, health: { passive: { failures: 1, eject: 1h } }");
        orders.register("a", origin("a"));
        orders.register("dead", "http://127.0.0.1:" + RawOrigin.closedPort());
        Waiting.until("two", () -> targets().size() == 2);

        for (var i = 0; i < 4; i++) {
            assertThat(get().text()).isEqualTo("a");
        }

        assertThat(target(1).condition()).isEqualTo("ejected");
        assertThat(target(1).suspect()).isFalse();
    }

    @Test
    void an_instance_whose_probes_fail_is_sick_though_its_lease_holds() throws Exception {
        start("orders, health: { active: { path: /up, every: 20ms, timeout: 30s, fall: 1 } }");
        orders.register("a", origin("a"));
        orders.register("dead", "http://127.0.0.1:" + RawOrigin.closedPort());

        Waiting.until(
                "sick",
                () -> targets().stream().anyMatch(target -> target.condition().equals("sick")));

        assertThat(answering(4)).isEqualTo(Set.of("a"));
    }

    @Test
    void a_client_bound_by_a_cookie_stays_while_its_instance_drains() throws Exception {
        start("orders, balance: { sticky: GWID }");
        orders.register("a", origin("a"));
        Waiting.until("an answer", () -> get().status() == 200);
        var cookie = String.valueOf(get().header("Set-Cookie")).split(";", 2)[0];
        orders.register("b", origin("b"));
        orders.state("a", State.DRAINING);
        Waiting.until("a drains", () -> answering(4).equals(Set.of("b")));

        assertThat(get("Cookie: " + cookie).text()).isEqualTo("a");

        orders.deregister("a");
        Waiting.until("one left", () -> targets().size() == 1);
        assertThat(get("Cookie: " + cookie).text()).isEqualTo("b");
    }

    @Test
    void of_what_an_admin_and_the_registry_want_the_lesser_holds() throws Exception {
        start("orders");
        orders.register("a", origin("a"), Map.of("weight", 5));
        Waiting.until("one", () -> targets().size() == 1);
        var service = gateway.node().snapshots().current().services().get("orders");
        var id = target(0).id();

        service.setTarget(id, gatehouse.service.Target.State.UP, 2);
        orders.state("a", State.DRAINING);
        Waiting.until("drains", () -> target(0).state() == gatehouse.service.Target.State.DRAINING);
        assertThat(target(0).weight()).isEqualTo(2);

        service.setTarget(id, gatehouse.service.Target.State.DOWN, null);
        orders.state("a", State.UP);
        orders.register("b", origin("b"));
        Waiting.until("seen", () -> targets().size() == 2);
        assertThat(target(0).state()).isEqualTo(gatehouse.service.Target.State.DOWN);
    }

    @Test
    void a_reload_keeps_the_instances_of_a_service_that_stays() throws Exception {
        start("orders");
        orders.register("a", origin("a"));
        Waiting.until("an answer", () -> get().status() == 200);
        var requests = target(0).requests();

        gateway.reload(CONFIG.replace("grace: 300ms", "grace: 400ms"), "orders");

        assertThat(target(0).requests()).isEqualTo(requests);
        assertThat(gateway.node().registry().config().grace()).isEqualTo(Duration.ofMillis(400));
        orders.register("b", origin("b"));
        Waiting.until("both", () -> answering(4).equals(Set.of("a", "b")));
    }

    @Test
    void an_instance_whose_name_resolves_to_the_gateway_itself_is_no_target() throws Exception {
        start("orders");
        // registered as another node, where the port was free, would have told it
        var registry = gateway.node().registry();
        orders.register("a", "localhost:9");
        var entry = registry.entries().get(0);
        var fields = entry.toFields();
        fields.put("id", "b");
        fields.put("address", "127.0.0.1:" + gateway.adminPort());
        registry.merge(gatehouse.registry.Entry.of(fields));
        fields.put("id", "c");
        fields.put("address", "localhost:" + gateway.adminPort());
        registry.merge(gatehouse.registry.Entry.of(fields));

        orders.register("d", origin("d"));

        Waiting.until("d", () -> get().status() == 200);
        assertThat(targets().stream().map(TargetStatus::url)).noneMatch(url -> url.endsWith(":" + gateway.adminPort()));
    }
}
