package gatehouse.launch;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.config.ConfigDocument;
import gatehouse.config.ConfigException;
import gatehouse.config.GatewayConfig;
import gatehouse.config.Overrides;
import gatehouse.config.Problems;
import gatehouse.snapshot.Policies;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** Examples and links of the pages in docs, whatever they are about. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class PagesTest {
    private static final Pattern EXAMPLE = Pattern.compile("(?m)^```yaml\n(.*?)^```", Pattern.DOTALL);
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#:]*)(?:#([^)]*))?\\)");
    private static final Pattern HEADING = Pattern.compile("(?m)^#+ (.*)$");

    /** Prometheus's own, and keys that a plugin has. */
    private static final List<String> OF_OTHERS = List.of("scrape_configs:", "plugins:", "stamp: {");

    /** Keys and values alone: what names something that stands elsewhere is left to whoever builds one of it. */
    @Test
    void every_example_of_a_configuration_has_keys_and_values_that_there_are() throws Exception {
        var wrong = new ArrayList<String>();
        var count = 0;
        for (var page : pages()) {
            var examples = EXAMPLE.matcher(Files.readString(page));
            while (examples.find()) {
                var example = examples.group(1);
                if (OF_OTHERS.stream().noneMatch(example::contains)) {
                    wrong.addAll(problems(page, example));
                    count++;
                }
            }
        }
        assertThat(wrong).isEmpty();
        assertThat(count).isGreaterThan(35);
    }

    private static List<String> problems(Path page, String example) {
        var whole = new StringBuilder(example.contains("version: 1") ? "" : "version: 1\n");
        if (example.startsWith("    ") || example.startsWith("auth:") || example.startsWith("access:")) {
            whole.append("defaults:\n");
        }
        example.lines()
                .filter(line -> !line.contains("{ … }")) // two ways of which one stands in full elsewhere
                .forEach(line -> whole.append(line.startsWith("a") && whole.indexOf("defaults:") >= 0 ? "  " : "")
                        .append(line)
                        .append('\n'));
        var text = whole.toString()
                .replace("${env:REDIS_URL}", "redis://127.0.0.1:6379")
                .replace("${env:CLUSTER_IP}", "10.0.0.11")
                .replaceAll("\\$\\{(?:env|file):([A-Za-z0-9_/-]+)(?::-[^}]*)?}", "a-text-of-some-length-$1")
                .replace("-/run/secrets/", "-");
        try {
            var document = ConfigDocument.parse(page.toString(), text, new Overrides(Map.of(), List.of()));
            var problems = new Problems(document);
            document.bind(GatewayConfig.class, Policies.keys(), problems);
            problems.throwIfAny();
            return List.of();
        } catch (ConfigException e) {
            return List.of(e.getMessage() + "\nin\n" + text);
        }
    }

    @Test
    void every_link_leads_somewhere() throws Exception {
        var wrong = new TreeSet<String>();
        for (var page : pages()) {
            var links = LINK.matcher(Files.readString(page).replaceAll("(?s)```.*?```", ""));
            while (links.find()) {
                var path = links.group(1);
                var target = path.isEmpty() ? page : page.resolveSibling(path).normalize();
                if (!Files.exists(target)) {
                    wrong.add(page + ": " + links.group(1));
                } else if (links.group(2) != null && !anchors(target).contains(links.group(2))) {
                    wrong.add(page + ": " + links.group(1) + "#" + links.group(2));
                }
            }
        }
        assertThat(wrong).isEmpty();
    }

    /** As GitHub makes them. */
    private static List<String> anchors(Path page) throws IOException {
        return HEADING.matcher(Files.readString(page))
                .results()
                .map(found -> found.group(1).toLowerCase(java.util.Locale.ROOT))
                .map(heading -> heading.replaceAll("[^a-z0-9 _-]", "").replace(' ', '-'))
                .toList();
    }

    private static List<Path> pages() throws IOException {
        try (var docs = Files.list(Path.of("docs"))) {
            return Stream.concat(docs.filter(file -> file.toString().endsWith(".md")), Stream.of(Path.of("README.md")))
                    .sorted()
                    .toList();
        }
    }
}
