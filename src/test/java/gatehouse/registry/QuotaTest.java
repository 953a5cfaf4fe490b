package gatehouse.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import gatehouse.problem.ProblemException;
import java.util.Map;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class QuotaTest {
    @Test
    void there_are_only_so_many_instances_of_a_service_and_in_all() {
        var desk = Desk.open("limits: { instances: 3, perService: 2 }");
        desk.register("a");
        desk.register("b");
        assertRefused(429, () -> desk.register("c"));
        desk.register("a");
        register(desk, "users");
        assertRefused(429, () -> register(desk, "carts"));

        desk.registry().deregister(Desk.name("a"), null, Desk.OPS);

        register(desk, "carts");
        assertThat(desk.registry().size()).isEqualTo(3);
    }

    @Test
    void a_token_may_change_only_so_much_a_second() {
        var desk = Desk.open("limits: { writes: 2, renewals: 3 }");
        desk.register("a");
        desk.register("b");
        assertThatThrownBy(() -> desk.register("c")).isInstanceOfSatisfying(ProblemException.class, refused -> {
            assertThat(refused.problem().status()).isEqualTo(429);
            assertThat(refused.problem().headers()).containsEntry("Retry-After", "1");
        });
        desk.registerAs(new Registrant("other", false), "d");
        for (var i = 0; i < 3; i++) {
            desk.renew("a");
        }
        assertRefused(429, () -> desk.renew("a"));

        desk.turn(500);

        desk.register("c");
        desk.renew("a");
    }

    @Test
    void metadata_is_only_so_large_even_little_by_little() {
        var desk = Desk.open("limits: { metadata: 10B }");
        desk.register("a");
        desk.registry().update(Desk.name("a"), metadata("one", "12345"), null, Desk.OPS);

        assertRefused(422, () -> desk.registry().update(Desk.name("a"), metadata("two", "1"), null, Desk.OPS));

        assertThat(desk.registry().find(Desk.name("a")).instance().metadata()).isEqualTo(Map.of("one", "12345"));
    }

    private static Update metadata(String name, String value) {
        return Submission.update(Map.of("metadata", Map.of(name, value)), Desk.config(""));
    }

    private static void register(Desk desk, String service) {
        var name = new InstanceName(new ServiceName("default", service), "1");
        var wanted = Submission.registration(
                name, Map.of("address", "10.0.0.1:80"), desk.registry().config());
        desk.registry().register(wanted, Desk.OPS);
    }

    private static void assertRefused(int status, Runnable work) {
        assertThatThrownBy(work::run)
                .isInstanceOfSatisfying(
                        ProblemException.class,
                        refused -> assertThat(refused.problem().status()).isEqualTo(status));
    }
}
