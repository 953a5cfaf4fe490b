package gatehouse.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class DashboardTest extends AdminCase {
    private static final String BROWSER = "Accept: text/html,application/xhtml+xml,*/*;q=0.8";
    private static final Pattern FILE = Pattern.compile("(?:src|href)=\"([^\"#]+)\"");

    DashboardTest() {
        super("admin: { listen: \"127.0.0.1:0\", tokens: { ops: { value: a-token-for-operators, role: admin } } }");
    }

    @Test
    void a_browser_gets_a_page_that_loads_nothing_from_elsewhere_and_needs_no_token() throws Exception {
        var page = admin.get("/", BROWSER);

        assertThat(page.status()).isEqualTo(200);
        assertThat(page.header("Content-Type")).isEqualTo("text/html; charset=utf-8");
        assertThat(page.header("Content-Security-Policy")).startsWith("default-src 'self'; frame-ancestors 'none'");
        assertThat(page.header("X-Content-Type-Options")).isEqualTo("nosniff");
        assertThat(page.text()).doesNotContain("style=", "onclick", "<style", "a-token");
        var files =
                FILE.matcher(page.text()).results().map(found -> found.group(1)).toList();
        assertThat(files).containsExactlyInAnyOrder("/dashboard.css", "/dashboard.js", "/dashboard.svg");
        for (var file : files) {
            assertThat(admin.get(file).status()).isEqualTo(200);
        }
    }

    @Test
    void the_script_never_makes_markup_of_what_it_is_told() throws Exception {
        assertThat(admin.get("/dashboard.js").text())
                .doesNotContain("innerHTML", "outerHTML", "insertAdjacent", "document.write", "eval(");
    }

    @Test
    void what_the_script_asks_for_is_there_for_who_has_a_token() throws Exception {
        for (var name : new String[] {"status", "listeners", "routes", "services", "cache"}) {
            assertThat(admin.get("/dashboard.js").text()).contains("'" + name + "'");
            assertThat(admin.get("/admin/v1/" + name, AdminClient.bearer("a-token-for-operators"))
                            .status())
                    .isEqualTo(200);
            assertThat(admin.get("/admin/v1/" + name).status()).isEqualTo(401);
        }
    }

    @Test
    void who_asks_for_JSON_gets_links_and_everybody_else_the_page() throws Exception {
        assertThat(admin.json("/", "Accept: application/json").getJsonArray("links"))
                .contains("/metrics");
        for (var accept : new String[] {"Accept: */*", "X-None: 1", "Accept: text/html;q=0.1, application/json"}) {
            assertThat(admin.get("/", accept).header("Content-Type")).isEqualTo("text/html; charset=utf-8");
        }
    }
}
