package gatehouse;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import jdk.jfr.Recording;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The tools of the benchmark start, and read what they are given; what they measure is no matter of a test. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class BenchTest {
    private static final Pattern ROW = Pattern.compile("^([a-z0-9-]+) {2,}\\S.*", Pattern.MULTILINE);

    @TempDir
    Path folder;

    private record Ended(int code, String out) {}

    @Test
    void every_row_that_is_listed_is_described() throws Exception {
        var listed = run("python3", "bench/bench.py", "--list");
        assertThat(listed.code()).as(listed.out()).isZero();
        var page = Files.readString(Path.of("docs/performance.md"));
        var rows = ROW.matcher(listed.out().substring(0, listed.out().indexOf("\n\n")))
                .results()
                .map(row -> row.group(1))
                .toList();
        assertThat(rows).contains("small", "h2c", "start");
        assertThat(rows).allSatisfy(row -> assertThat(page).contains("`" + row + "`"));
    }

    @Test
    void a_row_that_there_is_not_is_told_before_anything_starts() throws Exception {
        var refused = run("python3", "bench/bench.py", "--rows=smal,nonesuch");
        assertThat(refused.code()).isEqualTo(1);
        assertThat(refused.out()).startsWith("no row nonesuch; there are small, ");
    }

    @Test
    void the_profile_knows_its_command_line() throws Exception {
        var help = run("python3", "bench/recording.py", "--help");
        assertThat(help.code()).as(help.out()).isZero();
        assertThat(help.out()).contains("--row", "--target");
    }

    @Test
    void the_benchmark_of_the_registry_knows_its_command_line() throws Exception {
        var help = run("python3", "bench/registry.py", "--help");
        assertThat(help.code()).as(help.out()).isZero();
        assertThat(help.out()).contains("--instances", "--services", "--rounds");
    }

    @Test
    void the_table_divides_medians_by_those_of_the_base() throws Exception {
        var file = folder.resolve("results.json");
        Files.writeString(file, """
                { "date": "2026-01-01", "machine": "m", "seconds": 1, "rounds": 3,
                  "about": { "small": "150 B" }, "bases": { "small": "nginx" },
                  "results": { "small": {
                    "gatehouse": [ %s, %s, %s ],
                    "nginx":     [ %s, %s, %s ] } } }
                """.formatted(of(70), of(90), of(60), of(29), of(20), of(28)));
        var table = run("python3", "bench/report.py", file.toString());
        assertThat(table.code()).as(table.out()).isZero();
        assertThat(table.out())
                .containsPattern("\\| small +\\| gatehouse +\\|.* 70\\.0 +\\| +2\\.50 +\\|.* 3 +\\| ±21% +\\|");
        assertThat(table.out()).containsPattern("\\| small +\\| nginx +\\|.* 28\\.0 +\\| +1\\.00 +\\|");
    }

    private static String of(int cpu) {
        return "{ \"requests\": 10, \"errors\": 1, \"rps\": 10, \"cpu_us\": " + cpu
                + ", \"origin_us\": 1, \"busy\": 1 }";
    }

    @Test
    void a_recording_is_told_by_request() throws Exception {
        var file = folder.resolve("some.jfr");
        try (var recording = new Recording()) {
            recording.enable("jdk.ObjectAllocationSample");
            recording.start();
            for (var i = 0; i < 100; i++) {
                assertThat(new byte[1 << 20]).hasSize(1 << 20);
            }
            recording.stop();
            recording.dump(file);
        }
        var told = run(java(), "bench/Profile.java", file.toString(), "100");
        assertThat(told.code()).as(told.out()).isZero();
        assertThat(told.out()).containsPattern("allocated +\\d{6,} bytes a request");
        assertThat(told.out()).containsPattern("B  byte\\[\\]\n");
    }

    private Ended run(String... command) throws IOException, InterruptedException {
        var out = folder.resolve("out.txt");
        var builder = new ProcessBuilder(new ArrayList<>(List.of(command)));
        builder.environment().put("PYTHONDONTWRITEBYTECODE", "1");
        builder.environment().put("PYTHONIOENCODING", "utf-8");
        var code = builder.redirectErrorStream(true)
                .redirectOutput(out.toFile())
                .start()
                .waitFor();
        return new Ended(code, Files.readString(out, StandardCharsets.UTF_8));
    }

    private static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }
}
