package gatehouse.faults;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.ClassArchive;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Runs the fault scenarios against the jar: a short form by default, {@code -Dfaults=full} with the numbers of the
 * catalogue, {@code -Dfaults.only=F05,F35} some of them. Each prints one JSON line, which also goes to target/faults.jsonl.
 */
class FaultsIT {
    private static final Path LINES = Path.of("target", "faults.jsonl");
    private static final int TOGETHER = 3;
    private static final List<Trial> DONE = new ArrayList<>();

    private static ExecutorService workers;

    static boolean full() {
        return System.getProperty("faults", "short").equals("full");
    }

    @BeforeAll
    static void begin() throws IOException {
        workers = Executors.newFixedThreadPool(full() ? 1 : TOGETHER);
        Files.deleteIfExists(LINES);
        if (!full()) {
            workers.submit(() -> ClassArchive.make(GatewayUnderTest.JAR));
        }
    }

    @TestFactory
    Stream<DynamicTest> the_gateway_holds_under() {
        var only = System.getProperty("faults.only", "");
        var names = Set.copyOf(Arrays.asList(only.split(",")));
        var ids = Scenarios.all().stream().map(Scenario::id).toList();
        if (!only.isBlank()) {
            assertThat(ids)
                    .withFailMessage(
                            "There is no scenario " + without(names, ids) + ". There are " + String.join(", ", ids))
                    .containsAll(names);
        }
        var wanted = Scenarios.all().stream()
                .filter(scenario -> only.isBlank() ? full() || scenario.inShort() : names.contains(scenario.id()))
                .sorted(Comparator.comparing(Scenario::alone))
                .toList();
        var together = wanted.stream()
                .filter(scenario -> !scenario.alone() || full())
                .map(scenario -> new Running(scenario, workers.submit(trialOf(scenario))))
                .toList();
        var alone = wanted.stream()
                .filter(scenario -> scenario.alone() && !full())
                .map(scenario -> DynamicTest.dynamicTest(
                        name(scenario), () -> judge(trialOf(scenario).call())));
        return Stream.concat(
                together.stream()
                        .map(running ->
                                DynamicTest.dynamicTest(name(running.scenario), () -> judge(running.trial.get()))),
                alone);
    }

    private static String without(Set<String> names, List<String> ids) {
        return String.join(
                ", ",
                names.stream().filter(name -> !ids.contains(name)).sorted().toList());
    }

    private record Running(Scenario scenario, Future<Trial> trial) {}

    private static String name(Scenario scenario) {
        return scenario.id() + " " + scenario.title();
    }

    private static Callable<Trial> trialOf(Scenario scenario) {
        long seed = Long.getLong("faults.seed", System.nanoTime() & 0xffff_ffffL);
        return () -> new Trial(scenario, full(), seed).run();
    }

    private static void judge(Trial trial) throws IOException {
        DONE.add(trial);
        var line = trial.toJson();
        System.out.println(line);
        Files.writeString(LINES, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        assertThat(trial.passed()).as(trial.complaint()).isTrue();
    }

    @AfterAll
    static void summary() {
        workers.shutdownNow();
        var text = new StringBuilder("\n");
        DONE.stream()
                .sorted(Comparator.comparing(trial -> trial.scenario().id()))
                .forEach(trial -> text.append(trial.scenario().id())
                        .append(trial.passed() ? "  pass  " : "  FAIL  ")
                        .append(String.format("%6.1f s  ", trial.seconds()))
                        .append(trial.scenario().title())
                        .append('\n'));
        long passed = DONE.stream().filter(Trial::passed).count();
        System.out.println(
                text.append(passed).append(" of ").append(DONE.size()).append(" scenarios passed"));
        if (!full()) {
            System.out.println("not in the short form: "
                    + String.join(
                            ", ",
                            Scenarios.all().stream()
                                    .filter(scenario -> !scenario.inShort())
                                    .map(Scenario::id)
                                    .toList()));
        }
    }
}
