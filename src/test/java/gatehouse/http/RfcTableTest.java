package gatehouse.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;

/** The page about the RFCs claims nothing that no test shows. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class RfcTableTest {
    private static final List<String> PACKAGES = List.of(
            "gatehouse.forward.",
            "gatehouse.http.",
            "gatehouse.grpc.",
            "gatehouse.snapshot.",
            "gatehouse.policy.auth.",
            "gatehouse.policy.access.",
            "gatehouse.policy.compress.",
            "gatehouse.policy.cors.",
            "gatehouse.policy.edit.",
            "gatehouse.policy.ratelimit.",
            "gatehouse.tcp.",
            "gatehouse.upstream.",
            "gatehouse.ws.");
    private static final Pattern NAMED = Pattern.compile("`(\\w+Test)#(\\w+)`");

    @Test
    void every_test_that_the_page_names_exists() throws Exception {
        var missing = new ArrayList<String>();
        var count = 0;
        for (var named = NAMED.matcher(page()); named.find(); count++) {
            if (!isTest(named.group(1), named.group(2))) {
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

    private static boolean isTest(String className, String method) {
        return PACKAGES.stream().anyMatch(room -> isTest(room, className, method));
    }

    private static boolean isTest(String room, String className, String method) {
        try {
            return Arrays.stream(Class.forName(room + className).getDeclaredMethods())
                    .filter(declared -> declared.getName().equals(method))
                    .anyMatch(declared -> List.of(Test.class, ParameterizedTest.class).stream()
                            .anyMatch(declared::isAnnotationPresent));
        } catch (ClassNotFoundException e) {
            return false;
        }
    }
}
