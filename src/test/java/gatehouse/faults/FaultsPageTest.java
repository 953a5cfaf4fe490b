package gatehouse.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** The page of faults has every scenario that there is. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class FaultsPageTest {
    private static final Pattern ROW = Pattern.compile("(?m)^\\| (F\\d\\d) \\|");
    private static final Pattern FULL_ONLY =
            Pattern.compile("(F01, F08.*?) measure capacity.*?so do (.*?),\\s+each part", Pattern.DOTALL);
    private static final Pattern IDS = Pattern.compile("(F\\d\\d)(?: to (F\\d\\d))?");

    private static String page() throws IOException {
        return Files.readString(Path.of("docs/faults.md"));
    }

    private static Set<String> ids(Predicate<Scenario> which) {
        return Scenarios.all().stream().filter(which).map(Scenario::id).collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void each_has_a_row_with_what_was_measured() throws Exception {
        assertThat(ROW.matcher(page()).results().map(found -> found.group(1)))
                .containsExactlyElementsOf(ids(scenario -> true));
    }

    @Test
    void those_that_run_in_the_full_form_only_are_named() throws Exception {
        var sentence = FULL_ONLY.matcher(page());
        assertThat(sentence.find()).isTrue();
        var all = ids(scenario -> true);
        var named = new TreeSet<String>();
        IDS.matcher(sentence.group(1) + " " + sentence.group(2)).results().forEach(found -> {
            var last = found.group(2) == null ? found.group(1) : found.group(2);
            all.stream()
                    .filter(id -> id.compareTo(found.group(1)) >= 0 && id.compareTo(last) <= 0)
                    .forEach(named::add);
        });

        assertThat(named).isEqualTo(ids(scenario -> !scenario.inShort()));
    }
}
