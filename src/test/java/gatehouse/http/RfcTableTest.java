package gatehouse.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;

/** The page about the RFCs claims nothing that no test shows. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class RfcTableTest {
    private static final Pattern NAMED = Pattern.compile("`(\\w+Test)#(\\w+)`");

    @Test
    void every_test_that_the_page_names_exists() throws Exception {
        var missing = new ArrayList<String>();
        var count = 0;
        for (var named = NAMED.matcher(page()); named.find(); count++) {
            if (!exists(named.group(1), named.group(2))) {
                missing.add(named.group());
            }
        }
        assertThat(missing).isEmpty();
        assertThat(count).isGreaterThan(50);
    }

    @Test
    void every_claim_names_a_test() throws Exception {
        var claims = page().substring(0, page().indexOf("## What is different"));
        assertThat(claims.lines().filter(line -> line.matches("\\| \\d.*")))
                .isNotEmpty()
                .allMatch(line -> NAMED.matcher(line).find());
    }

    private static String page() throws Exception {
        return Files.readString(Path.of("docs", "rfc-support.md"));
    }

    /** Beside the edge, policies and what leads a request show some of it. */
    private static boolean exists(String className, String method) {
        return Stream.of("http", "policy.cors", "policy.compress", "policy.edit", "policy.ratelimit", "snapshot")
                .anyMatch(room -> isTest("gatehouse." + room + "." + className, method));
    }

    private static boolean isTest(String className, String method) {
        try {
            return Arrays.stream(Class.forName(className).getDeclaredMethods())
                    .filter(declared -> declared.getName().equals(method))
                    .anyMatch(declared -> List.of(Test.class, ParameterizedTest.class).stream()
                            .anyMatch(declared::isAnnotationPresent));
        } catch (ClassNotFoundException e) {
            return false;
        }
    }
}
