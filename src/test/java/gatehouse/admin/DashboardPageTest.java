package gatehouse.admin;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.Browser;
import gatehouse.testing.RawOrigin;
import gatehouse.testing.TestGateway;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** The dashboard in a real browser. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class DashboardPageTest {
    private static final String CONFIGURATION = """
            admin: { listen: "127.0.0.1:0", tokens: { ops: { value: a-token-for-operators, role: admin } } }
            listeners: { web: { listen: "127.0.0.1:0", protocols: http1 } }
            services: { first: { targets: "%s" }, nobody: { registry: nobody }, last: { targets: "%s" } }
            routes: { all: { match: { path: "/**" }, to: first } }
            """;

    /** Shows the token, waits for what is shown, and gives it. */
    private static final String SHOW = """
            (async () => {
              const until = async (what) => {
                for (;;) {
                  const found = what();
                  if (found) return found;
                  await new Promise((done) => setTimeout(done, 20));
                }
              };
              await until(() => !byId('entry').hidden);
              byId('token').value = 'a-token-for-operators';
              byId('entry').requestSubmit();
              await until(() => !byId('shown').hidden);
              let answered;
              for (let seen = false; !seen; seen = document.querySelector('#events code')) { // it listens a moment later
                answered = (await fetch('/admin/v1/services/first/targets/' + encodeURIComponent(first), {
                  method: 'PUT', body: '{"state":"draining"}',
                  headers: { 'Content-Type': 'application/json', Authorization: 'Bearer a-token-for-operators' }
                })).status;
                await new Promise((done) => setTimeout(done, 20));
              }
              const event = document.querySelector('#events code');
              await until(() => document.querySelector('#services').textContent.includes('draining'));
              return {
                answered,
                services: [...document.querySelectorAll('#services table')].map((table) => [
                  table.caption.textContent.split(':')[0], table.tBodies[0].textContent.includes('none')]),
                rowHeads: document.querySelectorAll('#services tbody th[scope=row]').length,
                leadsTo: document.querySelector('#routes tbody').rows[0].cells[2].textContent,
                event: event.textContent,
                name: byId('name').textContent
              };
            })().then(JSON.stringify)
            """;

    @Test
    void a_service_without_targets_hides_no_other_and_what_happens_is_shown() throws Exception {
        Assumptions.assumeTrue(Browser.installed().isPresent(), "no Chromium is installed, so no browser is tried");
        try (var origin = RawOrigin.answering("here");
                var gateway = TestGateway.startWithRegistry(CONFIGURATION, origin.url(), origin.url());
                var browser = Browser.start()) {
            var page = browser.open("http://127.0.0.1:" + gateway.adminPort() + "/");
            var target = "const first = '127.0.0.1:" + origin.port() + "';";

            var shown = new JsonObject(page.evaluate(target + SHOW).toString());

            assertThat(shown.getInteger("answered")).isEqualTo(200);
            assertThat(shown.getJsonArray("services"))
                    .containsExactly(
                            new JsonArray().add("first").add(false),
                            new JsonArray().add("nobody").add(true),
                            new JsonArray().add("last").add(false));
            assertThat(shown.getInteger("rowHeads")).isEqualTo(2);
            assertThat(shown.getString("leadsTo")).isEqualTo("service first");
            assertThat(shown.getString("event")).contains("\"draining\"");
            assertThat(shown.getString("name")).isEqualTo("gatehouse");
        }
    }
}
