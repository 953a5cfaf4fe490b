package gatehouse.problem;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.exchange.GrpcStatus;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** The page of problems has every name that the code gives one. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class ProblemsPageTest {
    private static final Path PAGE = Path.of("docs/problems.md");
    private static final Pattern NAMES = Pattern.compile("(?m)^\\| (`[^|]*?`)(?: and so on)? \\|");
    private static final Pattern LABEL = Pattern.compile("problem=\"([^\"]+)\"");

    /** What makes a problem, or tells one in the log where there is no document. */
    private static final Pattern MAKER =
            Pattern.compile("(?:new Problem|badGateway|unavailable|gatewayTimeout|expire|refuse|facts\\.refused)\\(");

    private static final Pattern OF_PROBLEM = Pattern.compile("(?:new Problem|of)\\(");
    private static final Pattern NAME = Pattern.compile("\"([a-z]+(?:-[a-z]+)*)\"");

    /** One name of many: the statuses that a call made of JSON ends with. */
    private static final String OF_A_CALL = "grpc-not-found";

    @Test
    void each_name_in_the_code_has_a_row_and_each_row_is_a_name() throws IOException {
        var expected = new TreeSet<>(Set.of(GrpcStatus.TOO_LARGE, GrpcStatus.MALFORMED, OF_A_CALL));
        try (var sources = Files.walk(Path.of("src/main/java"))) {
            sources.filter(file -> file.toString().endsWith(".java")).forEach(file -> namesIn(file, expected));
        }
        assertThat(rows()).isEqualTo(expected);
    }

    @Test
    void labels_on_other_pages_are_names() throws IOException {
        try (var pages = Files.list(Path.of("docs"))) {
            for (var page :
                    pages.filter(file -> file.toString().endsWith(".md")).toList()) {
                assertThat(rows())
                        .as("those of %s", page)
                        .containsAll(LABEL.matcher(Files.readString(page))
                                .results()
                                .map(found -> found.group(1))
                                .toList());
            }
        }
    }

    private static Set<String> rows() throws IOException {
        var names = new TreeSet<String>();
        NAMES.matcher(Files.readString(PAGE)).results().forEach(row -> {
            for (var name : row.group(1).split(", ")) {
                names.add(name.replace("`", ""));
            }
        });
        return names;
    }

    private static void namesIn(Path file, Collection<String> names) {
        try {
            var text = Files.readString(file);
            var maker = file.endsWith("problem/Problem.java") ? OF_PROBLEM : MAKER;
            maker.matcher(text)
                    .results()
                    .forEach(call -> NAME.matcher(arguments(text, call.end()))
                            .results()
                            .forEach(found -> names.add(found.group(1))));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What stands between a parenthesis that has just been opened and its other end. */
    private static String arguments(String text, int from) {
        var depth = 1;
        var at = from;
        while (depth > 0) {
            var c = text.charAt(at++);
            depth += c == '(' ? 1 : c == ')' ? -1 : 0;
        }
        return text.substring(from, at);
    }
}
