package gatehouse.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayNameGeneration(ReplaceUnderscores.class)
class ConfigWatcherTest {
    @TempDir
    private Path folder;

    private final AtomicInteger acted = new AtomicInteger();
    private final List<Path> watched = new ArrayList<>();
    private final ConfigWatcher watcher = new ConfigWatcher(() -> watched, acted::incrementAndGet);
    private Path file;

    @BeforeEach
    void looked_once() throws IOException {
        file = Files.writeString(folder.resolve("gateway.yaml"), "one");
        watched.add(file);
        watcher.look();
    }

    @Test
    void the_first_look_acts_because_the_file_was_read_before_it() {
        assertThat(acted).hasValue(1);
    }

    @Test
    void nothing_happens_while_nothing_changes() throws IOException {
        looks(5);

        assertThat(acted).hasValue(1);
    }

    @Test
    void a_change_is_acted_on_at_the_second_look_that_shows_it() throws IOException {
        Files.writeString(file, "other");
        looks(1);
        assertThat(acted).hasValue(1);
        looks(1);
        assertThat(acted).hasValue(2);
        looks(3);
        assertThat(acted).hasValue(2);
    }

    @Test
    void a_file_that_is_still_being_written_is_waited_for() throws IOException {
        Files.writeString(file, "half");
        looks(1);
        Files.writeString(file, "half and half");
        looks(1);
        assertThat(acted).hasValue(1);
        looks(1);
        assertThat(acted).hasValue(2);
    }

    @Test
    void a_file_that_never_rests_is_acted_on_all_the_same() throws IOException {
        for (var i = 0; i < 3; i++) {
            Files.writeString(file, "change " + i);
            looks(1);
        }

        assertThat(acted).hasValue(2);
    }

    @Test
    void a_touched_file_with_the_same_bytes_is_no_change() throws IOException {
        Files.setLastModifiedTime(file, FileTime.fromMillis(1_000));
        looks(3);

        assertThat(acted).hasValue(1);
    }

    @Test
    void a_change_that_is_taken_back_between_two_looks_is_none() throws IOException {
        Files.writeString(file, "two");
        looks(1);
        Files.writeString(file, "one");
        looks(3);

        assertThat(acted).hasValue(1);
    }

    @Test
    void a_file_that_takes_the_place_of_another_is_seen_even_with_the_same_size_and_time() throws IOException {
        var next = Files.writeString(folder.resolve("next"), "two");
        Files.setLastModifiedTime(next, Files.getLastModifiedTime(file));
        Files.move(next, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        looks(2);

        assertThat(acted).hasValue(2);
    }

    @Test
    void a_look_that_the_system_does_not_allow_now_changes_nothing() throws IOException {
        watched.add(Path.of("/proc/self/mem")); // opens, and then can't be read
        assertThatThrownBy(watcher::look).isInstanceOf(IOException.class);
        watched.remove(1);
        looks(3);

        assertThat(acted).hasValue(1);
    }

    @Test
    void a_link_that_leads_elsewhere_is_seen() throws IOException {
        var other = Files.writeString(folder.resolve("other.yaml"), "two");
        var link = Files.createSymbolicLink(folder.resolve("link.yaml"), file);
        watched.add(link);
        looks(2);
        assertThat(acted).hasValue(2);

        Files.delete(link);
        Files.createSymbolicLink(link, other);
        looks(2);
        assertThat(acted).hasValue(3);
    }

    @Test
    void a_file_that_goes_or_comes_is_seen() throws IOException {
        Files.delete(file);
        looks(2);
        assertThat(acted).hasValue(2);

        Files.writeString(file, "one");
        looks(2);
        assertThat(acted).hasValue(3);
    }

    @Test
    void of_a_folder_only_what_would_be_read_is_watched() throws IOException {
        for (var name : List.of(
                "more.yml",
                "gateway.schema.json",
                "notes.txt",
                ".gateway.yaml.swp",
                ".#gateway.yaml",
                ".hidden.yaml",
                "gateway.yaml~",
                "#gateway.yaml#",
                "gateway.yaml.tmp",
                "gateway.yaml___jb_tmp___",
                "4913")) {
            Files.writeString(folder.resolve(name), name);
        }
        Files.createDirectory(folder.resolve("folder.yaml"));
        var secret = folder.resolve("secret.txt");

        assertThat(Reloader.watched(folder, List.of(file, secret)))
                .containsExactlyInAnyOrder(file, secret, folder.resolve("more.yml"));
    }

    @Test
    void a_single_file_is_watched_whatever_its_name() {
        var json = folder.resolve("gateway.json");

        assertThat(Reloader.watched(json, List.of())).containsExactly(json);
    }

    private void looks(int count) throws IOException {
        for (var i = 0; i < count; i++) {
            watcher.look();
        }
    }
}
