package gatehouse.ws;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.Browser;
import gatehouse.testing.TestGateway;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** A page in a real browser talks through the gateway to a service in Python, and listens to a topic. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class BrowserTest {
    /** Says in the page what a WebSocket goes through. */
    private static final String TALK = """
            (async () => {
              const socket = new WebSocket(`ws://${location.host}/chat`, ['chat']);
              socket.binaryType = 'arraybuffer';
              const heard = what => new Promise((good, bad) => { socket['on' + what] = good; socket.onerror = () => bad('error'); });
              await heard('open');
              const text = 'gr\\u00fc\\u00dfe '.repeat(2000);
              socket.send(text);
              const echoed = (await heard('message')).data;
              const bytes = new Uint8Array(300000).map((none, at) => at % 251);
              socket.send(bytes);
              const back = new Uint8Array((await heard('message')).data);
              const negotiated = [socket.protocol, socket.extensions];
              const end = heard('close');
              socket.close(4321, 'enough');
              const closed = await end;
              return {
                text: echoed === text,
                bytes: back.length === bytes.length && back.every((one, at) => one === bytes[at]),
                protocol: negotiated[0],
                extensions: negotiated[1],
                code: closed.code,
                reason: closed.reason,
                clean: closed.wasClean
              };
            })().then(JSON.stringify)
            """;

    private static Process service;
    private static TestGateway gateway;
    private static Browser browser;

    @BeforeAll
    static void start() throws Exception {
        Assumptions.assumeTrue(Browser.installed().isPresent(), "no Chromium is installed, so no browser is tried");
        var python = Files.exists(Path.of("/usr/bin/python3")) ? "/usr/bin/python3" : "python3";
        service = new ProcessBuilder(python, "examples/websocket/echo.py", "serve").start();
        var port =
                new BufferedReader(new InputStreamReader(service.getInputStream(), StandardCharsets.UTF_8)).readLine();
        gateway = TestGateway.startWithSockets("""
                listeners:
                  web: { listen: "127.0.0.1:0", protocols: [http1, websocket] }
                  other: { listen: "127.0.0.1:0", protocols: [http1] }
                topics: { retry: 30ms }
                services: { chat: { targets: "http://127.0.0.1:%s" } }
                routes:
                  page: { match: { path: /page }, to: { respond: { body: "a page" } } }
                  chat: { match: { path: /chat, protocol: websocket }, to: chat }
                  news: { match: { path: "/events/{topic}" }, to: { topic: "{topic}" } }
                """, port);
        browser = Browser.start();
    }

    @AfterAll
    static void close() throws Exception {
        if (browser != null) {
            browser.close();
        }
        if (gateway != null) {
            gateway.close();
        }
        if (service != null) {
            service.destroyForcibly().waitFor();
        }
    }

    private static Browser.Page page(String listener) throws Exception {
        return browser.open("http://127.0.0.1:" + gateway.port(listener) + "/page");
    }

    @Test
    void text_and_bytes_pass_compressed_and_the_close_code_arrives() throws Exception {
        var said = new JsonObject(page("web").evaluate(TALK).toString());

        assertThat(said.getBoolean("text")).isTrue();
        assertThat(said.getBoolean("bytes")).isTrue();
        assertThat(said.getString("protocol")).isEqualTo("chat");
        assertThat(said.getString("extensions")).contains("permessage-deflate");
        assertThat(said.getInteger("code")).isEqualTo(4321);
        assertThat(said.getString("reason")).isEqualTo("enough");
        assertThat(said.getBoolean("clean")).isTrue();
    }

    @Test
    void a_page_of_another_origin_gets_no_websocket() throws Exception {
        var said = page("other").evaluate("""
                new Promise(done => {
                  const socket = new WebSocket('ws://127.0.0.1:%d/chat');
                  socket.onopen = () => done('open');
                  socket.onclose = closed => done('closed ' + closed.code);
                })
                """.formatted(gateway.port()));

        assertThat(said).isEqualTo("closed 1006");
    }

    @Test
    void an_event_source_gets_what_is_published_and_what_it_missed_while_it_was_away() throws Exception {
        try (var cutting = TestGateway.startWithStreams("""
                listeners: { web: { listen: "127.0.0.1:0", protocols: [tcp], stream: { idle: 2s } } }
                services: { web: { targets: "tcp://127.0.0.1:%s" } }
                routes: { web: { match: { listener: web }, to: web } }
                """, gateway.port())) {
            var page = browser.open("http://127.0.0.1:" + cutting.port() + "/page");
            page.evaluate("""
                    new Promise(open => {
                      heard = [];
                      source = new EventSource('/events/news');
                      got = () => {};
                      gone = new Promise(away => { source.onerror = () => away('away'); });
                      source.onmessage = event => { heard.push(event.data); got(); };
                      source.onopen = () => open('open');
                    })
                    """);
            var wait = "new Promise(done => { (got = () => { if (heard.length === %d) done(heard.join()); })(); })";
            publish("one");
            assertThat(page.evaluate(wait.formatted(1))).isEqualTo("one");
            assertThat(page.evaluate("gone")).isEqualTo("away"); // what is between has cut a silent connection
            publish("two");
            assertThat(page.evaluate(wait.formatted(2))).isEqualTo("one,two");
        }
    }

    private static void publish(String text) {
        gateway.node().openSockets().topics().publish("news", text);
    }
}
