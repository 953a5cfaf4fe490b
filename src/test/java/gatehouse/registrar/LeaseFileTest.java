package gatehouse.registrar;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.registry.Address;
import gatehouse.registry.Entry;
import gatehouse.registry.Instance;
import gatehouse.registry.InstanceName;
import gatehouse.registry.ServiceName;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class LeaseFileTest {
    private static final long NOW = 1_700_000_000_000L;

    @TempDir
    private Path folder;

    private Path path;
    private LeaseFile file;

    @BeforeEach
    void open() {
        path = folder.resolve("data/registry.json");
        file = new LeaseFile(path);
    }

    @Test
    void what_was_saved_comes_back_with_what_is_left_of_it() throws Exception {
        file.save(List.of(entry("a", 20_000), entry("b", 5_000)), NOW);

        assertThat(file.load(NOW + 7_000)).containsExactly(entry("a", 13_000), entry("b", -2_000));
    }

    @Test
    void who_went_is_remembered_for_what_is_left_of_it_and_no_longer() throws Exception {
        file.save(List.of(entry("a", 20_000), gone("b", 5_000), gone("c", 9_000)), NOW);

        assertThat(file.load(NOW + 7_000)).containsExactly(entry("a", 13_000), gone("c", 2_000));
        assertThat(new JsonObject(Files.readString(path)).getJsonArray("leases"))
                .as("what a gateway without graves would bring back")
                .hasSize(1);
    }

    @Test
    void a_file_without_graves_is_read() throws Exception {
        file.save(List.of(entry("a", 20_000)), NOW);
        var document = new JsonObject(Files.readString(path));
        document.remove("graves");
        Files.writeString(path, document.encode());

        assertThat(file.load(NOW)).containsExactly(entry("a", 20_000));
    }

    @Test
    @EnabledOnOs({OS.LINUX, OS.MAC})
    void folder_and_file_are_for_their_owner_only() throws Exception {
        file.save(List.of(), NOW);
        Files.writeString(path.resolveSibling("registry.json.next"), "left behind by another");
        file.save(List.of(entry("a", 1)), NOW);

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                .isEqualTo("rw-------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path.getParent())))
                .isEqualTo("rwx------");
    }

    @Test
    void a_clock_that_was_set_back_makes_no_lease_longer() throws Exception {
        file.save(List.of(entry("a", 20_000)), NOW);

        assertThat(file.load(NOW - 60_000)).containsExactly(entry("a", 20_000));
    }

    @Test
    void a_save_replaces_the_one_before_and_leaves_nothing_beside() throws Exception {
        file.save(List.of(entry("a", 1), entry("b", 1)), NOW);
        file.save(List.of(entry("c", 1)), NOW);

        assertThat(file.load(NOW)).containsExactly(entry("c", 1));
        try (var files = Files.list(path.getParent())) {
            assertThat(files).containsExactly(path);
        }
    }

    @Test
    void without_a_file_there_is_nothing() throws Exception {
        assertThat(file.load(NOW)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "[]",
                "null",
                "{}",
                "{\"version\":2,\"savedAtMillis\":1,\"leases\":[]}",
                "{\"version\":1,\"savedAtMillis\":\"x\",\"leases\":[]}",
                "{\"version\":1,\"savedAtMillis\":1,\"leases\":{}}",
                "{\"version\":1,\"savedAtMillis\":1,\"leases\":[1]}",
                "{\"version\":1,\"savedAtMillis\":1,\"leases\":[null]}",
                "{\"version\":1,\"savedAtMillis\":1,\"leases\":[{\"id\":\"a\"}]}",
                "{\"version\":1,\"savedAtMillis\":1,\"leases\":[],\"graves\":[null]}",
                "{\"version\":1,\"savedAtMillis\":1,\"leases\":[],\"graves\":7}",
            })
    void what_can_not_be_understood_is_put_aside(String text) throws Exception {
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);

        assertThat(file.load(NOW)).isEmpty();

        assertThat(path).doesNotExist();
        assertThat(folder.resolve("data/registry.json.broken")).hasContent(text);
    }

    private static Entry gone(String id, long left) throws IOException {
        return new Entry(entry(id, 0).instance(), left, true);
    }

    private static Entry entry(String id, long left) throws IOException {
        var name = new InstanceName(new ServiceName("default", "orders"), id);
        var instance = new Instance(
                name,
                Address.parse("10.0.0.1:80"),
                null,
                1,
                Map.of("zone", "a"),
                Instance.State.UP,
                Duration.ofSeconds(30),
                7,
                8,
                "ops");
        return new Entry(instance, left, false);
    }
}
