package gatehouse.launch;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.RawClient;
import gatehouse.testing.RawOrigin;
import gatehouse.testing.TestGateway;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** The page of metrics and the dashboard for Grafana name what a gateway really tells. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class MetricsPageTest {
    private static final Path PAGE = Path.of("docs/metrics.md");
    private static final Path DASHBOARD = Path.of("docs/grafana/gatehouse.json");
    private static final String MADE = "<!-- From here on this page is made of what a gateway tells. -->\n\n";
    private static final Pattern NAME = Pattern.compile("\\b(?:gatehouse|jvm|process|system)_[a-z0-9_]+");
    private static final Pattern LABEL = Pattern.compile("([a-z_]+)=\"");

    /** What a node without others, which has just begun, does not tell. */
    private static final Set<String> LATER = Set.of("gatehouse_cluster_members");

    private static String scrape;

    @BeforeAll
    static void scrape_a_gateway_that_has_something_to_tell() throws Exception {
        try (var origin = RawOrigin.answering("here");
                var gateway = TestGateway.startWhole("""
                        listeners: { web: { listen: "127.0.0.1:0", protocols: [http1, websocket] } }
                        admin: { listen: "127.0.0.1:0", tokens: { ops: { value: a-token-for-operators, role: admin } } }
                        tracing: { otlp: "http://127.0.0.1:1", sample: 0%% }
                        services: { origin: { targets: "%s" } }
                        routes:
                          all:  { match: { path: "/**" }, to: origin, breaker: {}, mirror: { to: origin } }
                          news: { match: { path: "/news" }, to: { topic: news } }
                        """, origin.url())) {
            RawClient.get(gateway.port(), "/", "Connection: close");
            RawClient.get(gateway.port(), "/%zz", "Connection: close");
            register(gateway, "http://127.0.0.1:" + origin.port());
            register(gateway, "http://169.254.0.1:80");
            openAndCloseWebSocket(gateway.port());
            TestGateway.await(gateway.node().redeploy("http"));
            do {
                scrape = gateway.node().metrics().scrape();
            } while (!scrape.contains("gatehouse_requests_total{route=\"all\"")
                    || !scrape.contains("gatehouse_websocket_closes_total{"));
        }
    }

    private static void openAndCloseWebSocket(int port) throws Exception {
        HttpClient.newHttpClient()
                .newWebSocketBuilder()
                .buildAsync(URI.create("ws://127.0.0.1:" + port + "/news"), new WebSocket.Listener() {})
                .thenCompose(socket -> socket.sendClose(WebSocket.NORMAL_CLOSURE, ""))
                .get(30, TimeUnit.SECONDS);
    }

    private static void register(TestGateway gateway, String address) throws Exception {
        var body = new JsonObject().put("address", address).put("ttl", "30s").encode();
        try (var client = RawClient.connect(gateway.adminPort())) {
            client.send("PUT /registry/v1/default/services/s/instances/i HTTP/1.1\r\nHost: localhost\r\n"
                            + "Authorization: Bearer a-token-for-operators\r\nContent-Type: application/json\r\n"
                            + "Content-Length: " + body.length() + "\r\n\r\n" + body)
                    .read();
        }
    }

    @AfterAll
    static void forget() {
        scrape = "";
    }

    @Test
    void the_page_has_each_metric_with_its_type_and_labels() throws Exception {
        var head = Files.readString(PAGE);
        var at = head.indexOf(MADE.strip());
        assertThat(at).isPositive();
        var wanted = head.substring(0, at) + MADE + table();
        if (Boolean.getBoolean("publish")) {
            Files.writeString(PAGE, wanted);
        }
        assertThat(PAGE)
                .content()
                .as("%s; -Dpublish=true on this test writes it", PAGE)
                .isEqualTo(wanted);
    }

    @Test
    void what_the_page_names_above_that_is_there() throws Exception {
        var text = Files.readString(PAGE);
        var named = names(text.substring(0, text.indexOf(MADE.strip())));
        assertThat(named.removeAll(LATER)).isTrue();
        assertThat(named).isNotEmpty().isSubsetOf(series());
    }

    @Test
    void the_dashboard_asks_for_nothing_that_is_not_there() throws Exception {
        var dashboard = new JsonObject(Files.readString(DASHBOARD));
        var asked = new TreeSet<String>();
        for (var panel : dashboard.getJsonArray("panels")) {
            for (var target : ((JsonObject) panel).getJsonArray("targets")) {
                asked.addAll(names(((JsonObject) target).getString("expr")));
            }
        }
        assertThat(asked).hasSizeGreaterThan(15).isSubsetOf(series());
    }

    private static TreeSet<String> names(String text) {
        return NAME.matcher(text).results().map(found -> found.group()).collect(Collectors.toCollection(TreeSet::new));
    }

    private static TreeSet<String> series() {
        return scrape.lines()
                .filter(line -> !line.startsWith("#"))
                .map(line -> line.split("[{ ]", 2)[0])
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static String table() {
        var rows = new TreeMap<String, String>();
        scrape.lines().filter(line -> line.startsWith("# TYPE gatehouse_")).forEach(line -> {
            var words = line.split(" ");
            rows.put(
                    words[2],
                    "| `" + words[2] + "` | " + words[3] + " | " + labels(words[2]) + " | " + help(words[2]) + " |\n");
        });
        return "| name | kind | labels | tells |\n| --- | --- | --- | --- |\n" + String.join("", rows.values());
    }

    private static String labels(String name) {
        var labels = new TreeSet<String>();
        scrape.lines()
                .filter(line -> line.startsWith(name + "{") || line.startsWith(name + "_count{"))
                .forEach(line -> LABEL.matcher(line).results().forEach(found -> labels.add(found.group(1))));
        return labels.stream().map(label -> "`" + label + "`").collect(Collectors.joining(", "));
    }

    private static String help(String name) {
        return scrape.lines()
                .filter(line -> line.startsWith("# HELP " + name + " "))
                .map(line -> line.substring(("# HELP " + name + " ").length()))
                .findFirst()
                .orElse("");
    }
}
