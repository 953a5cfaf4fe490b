package gatehouse.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The corpus, and mutated messages for a short time with a fixed seed, so that a build always begins with the same cases.
 * {@code make fuzz} runs it longer and with other seeds.
 */
@DisplayNameGeneration(ReplaceUnderscores.class)
class FuzzTest {
    private static final Duration TIME = Duration.ofSeconds(Long.getLong("fuzz.seconds", 2));
    private static final long SEED = Long.getLong("fuzz.seed", 1);

    private static Rig rig;

    @BeforeAll
    static void start() throws Exception {
        rig = new Rig();
    }

    @AfterAll
    static void stop() throws Exception {
        rig.close();
    }

    /** The first word of a file's name tells what is expected of it. */
    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"http1", "http2", "answers", "paths", "config"})
    void the_corpus_is_treated_as_its_names_say(String name) throws Exception {
        var target = Targets.named(name, rig);
        for (var entry : Fuzzer.corpus(name).entrySet()) {
            var violations = target.run(entry.getValue());
            if (entry.getKey().startsWith("pending-")) {
                continue; // known and not mended; it only must not stop the others
            }
            assertThat(violations).as(entry.getKey()).isEmpty();
            if (name.startsWith("http")) {
                assertAtOrigin(entry.getKey());
            }
        }
    }

    private static void assertAtOrigin(String file) {
        var seen = rig.origin.seen().stream()
                .map(FuzzOrigin.Seen::message)
                .filter(message -> !message.second().startsWith("/probe/"))
                .toList();
        switch (file.substring(0, file.indexOf('-'))) {
            case "refused" -> assertThat(seen).as(file).isEmpty();
            case "cut" -> assertThat(seen).as(file).noneMatch(Message::isWhole);
            case "served" -> assertThat(seen).as(file).anyMatch(Message::isWhole);
            default -> assertThat(file).startsWith("any-");
        }
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"http1", "http2", "answers", "paths", "config"})
    void nothing_that_is_sent_breaks_a_promise(String name) throws Exception {
        var fuzzer = new Fuzzer(Targets.named(name, rig), SEED);
        var found = fuzzer.run(TIME);
        System.out.printf("fuzz: %s, seed %d, %d cases, %d findings%n", name, SEED, fuzzer.cases(), found.size());
        assertThat(found).isEmpty();
        assertThat(fuzzer.cases()).isPositive();
    }
}
