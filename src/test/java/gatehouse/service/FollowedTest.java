package gatehouse.service;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.config.ConfigDocument;
import gatehouse.config.RegistryConfig;
import gatehouse.config.ServiceConfig.Registered;
import gatehouse.registry.Clocks;
import gatehouse.registry.Registry;
import gatehouse.testing.LogLines;
import java.util.Map;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class FollowedTest {
    private final Followed followed = new Followed(
            "users",
            new Registry(ConfigDocument.defaults(RegistryConfig.class), new Clocks(System::nanoTime, () -> 0)),
            new Registered("users", "default", null, Map.of()),
            "http");

    @Test
    void a_name_that_stands_for_a_refused_address_is_told_once_and_not_at_each_look_up() {
        try (var log = new LogLines(Followed.class)) {
            for (var i = 0; i < 3; i++) {
                assertThat(followed.mayUse("users.test", "169.254.169.254", 80)).isFalse();
            }
            assertThat(followed.mayUse("users.test", "10.0.0.1", 80)).isTrue();

            assertThat(log.lines()).singleElement().asString().contains("users.test", "169.254.169.254");
        }
    }

    @Test
    void as_many_refused_addresses_as_there_are_take_bounded_memory_and_are_told() {
        try (var log = new LogLines(Followed.class)) {
            for (var i = 0; i < 1001; i++) {
                assertThat(followed.mayUse("users" + i + ".test", "169.254.169.254", 80))
                        .isFalse();
            }
            assertThat(followed.mayUse("users0.test", "169.254.169.254", 80)).isFalse(); // forgotten meanwhile

            assertThat(log.lines()).hasSize(1002);
        }
    }
}
