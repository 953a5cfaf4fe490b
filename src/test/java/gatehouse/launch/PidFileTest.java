package gatehouse.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayNameGeneration(ReplaceUnderscores.class)
class PidFileTest {
    @TempDir
    private Path folder;

    @Test
    void it_holds_the_process_id_and_goes_at_the_end() throws Exception {
        var path = folder.resolve("run/gatehouse.pid");
        try (var taken = PidFile.take(path)) {
            assertThat(taken).isNotNull();
            assertThat(path).hasContent(ProcessHandle.current().pid() + "\n");
        }

        assertThat(path).doesNotExist();
    }

    @Test
    void a_second_taker_is_told_who_has_it() throws Exception {
        var path = folder.resolve("gatehouse.pid");
        try (var taken = PidFile.take(path)) {
            assertThat(taken).isNotNull();
            assertThatThrownBy(() -> PidFile.take(path))
                    .isInstanceOf(NotTakenException.class)
                    .hasMessageContaining(
                            "is locked by process " + ProcessHandle.current().pid());
            assertThat(path).exists();
        }
    }

    @Test
    void a_file_that_a_killed_process_left_behind_is_taken_over() throws Exception {
        var path = Files.writeString(folder.resolve("gatehouse.pid"), "123456789012\n");
        try (var taken = PidFile.take(path)) {
            assertThat(taken).isNotNull();
            assertThat(path).hasContent(ProcessHandle.current().pid() + "\n");
        }
    }

    @Test
    void a_folder_that_can_not_be_made_is_named() throws Exception {
        var path = Files.writeString(folder.resolve("file"), "").resolve("gatehouse.pid");

        assertThatThrownBy(() -> PidFile.take(path))
                .isInstanceOf(NotTakenException.class)
                .hasMessageContaining(path.toString());
    }
}
