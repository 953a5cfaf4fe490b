package gatehouse.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayNameGeneration(ReplaceUnderscores.class)
class FolderTest {
    @TempDir
    Path folder;

    private void write(String name, String text) throws IOException {
        Files.writeString(folder.resolve(name), text);
    }

    private GatewayConfig read() throws ConfigException {
        var document = ConfigDocument.read(folder, Overrides.NONE);
        var problems = new Problems(document);
        var config = document.bind(GatewayConfig.class, Texts.policies(), problems);
        problems.throwIfAny();
        return config;
    }

    @Test
    void all_yaml_files_are_joined_by_name_and_schemas_may_lie_beside_them() throws Exception {
        write("1-base.yaml", "$schema: a\nversion: 1\nservices: { a: { targets: \"http://a:1\" } }\n");
        write("2-more.yml", "$schema: b\nservices: { b: { targets: \"http://b:1\" } }\nroutes: { b: { to: b } }\n");
        write("3-json.yaml", "{ \"routes\": { \"a\": { \"to\": \"a\" } } }");
        write("gateway.schema.json", "{ \"type\": \"object\" }");
        write("notes.txt", "not: [ read");
        write(".hidden.yaml", "not: [ read");

        var config = read();

        assertThat(config.services()).containsOnlyKeys("a", "b");
        assertThat(config.routes()).containsOnlyKeys("b", "a");
        assertThat(ConfigDocument.read(folder, Overrides.NONE).files())
                .containsExactly(
                        folder.resolve("1-base.yaml"), folder.resolve("2-more.yml"), folder.resolve("3-json.yaml"));
    }

    @Test
    void the_same_name_in_two_files_is_told_with_both_places() throws Exception {
        write("1.yaml", "version: 1\nroutes:\n  x: { to: a }\n");
        write("2.yaml", "node: { name: a }\nroutes:\n  x: { to: b }\n");
        write("3.yaml", "node: { dataDir: a }\n");

        assertThatThrownBy(this::read)
                .hasMessage(folder.resolve("2.yaml") + ":3:3 routes.x: stands twice, first at "
                        + folder.resolve("1.yaml") + ":3:3 (expected: each key once)\n"
                        + folder.resolve("3.yaml") + ":1:1 node: stands twice, first at "
                        + folder.resolve("2.yaml") + ":1:1 (expected: each key once)");
    }

    @Test
    void problems_in_several_files_are_told_together() throws Exception {
        write("1.yaml", "version: 1\nnode: {");
        write("2.yaml", "a: b\n---\n");
        write("3.yaml", "node: ${env:NONE}");

        assertThatThrownBy(this::read)
                .hasMessageContaining("1.yaml:2:8 node: not YAML")
                .hasMessageContaining("2.yaml:2:1 a second document")
                .hasMessageContaining("3.yaml:1:7 node: the variable NONE is not set");
    }

    @Test
    void a_place_names_its_own_file() throws Exception {
        write("1.yaml", "version: 1\n");
        write("2.yaml", "node: { name: a, naem: b }\n");

        assertThatThrownBy(this::read).hasMessageStartingWith(folder.resolve("2.yaml") + ":1:18 node.naem: unknown");
    }

    @Test
    void a_link_that_leads_nowhere_is_a_file_that_is_missing_and_not_one_less() throws Exception {
        write("1.yaml", "version: 1\n");
        Files.createSymbolicLink(folder.resolve("2.yaml"), folder.resolve("gone.yaml"));
        Files.createDirectory(folder.resolve("3.yaml"));

        assertThatThrownBy(this::read)
                .hasMessage(folder.resolve("2.yaml")
                        + ":1:1 the file does not exist (expected: a YAML or JSON file in UTF-8)");
    }

    @Test
    void a_folder_without_configuration_is_refused() {
        assertThatThrownBy(this::read)
                .hasMessage(folder + ":1:1 no configuration in this folder (expected: *.yaml or *.yml files)");
    }
}
