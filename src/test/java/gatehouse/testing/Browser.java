package gatehouse.testing;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Chromium as it is installed, without a screen and with a profile of its own, driven over its DevTools protocol. Scripts are run
 * in pages, and what they promise is waited for.
 */
public final class Browser implements AutoCloseable {
    private static final List<String> NAMES = List.of("chromium", "chromium-browser", "google-chrome");
    private static final long LIMIT_SECONDS = 30;

    private final Path profile;
    private final Process process;
    private final int port;
    private final HttpClient client = HttpClient.newHttpClient();

    private Browser(Path profile, Process process, int port) {
        this.profile = profile;
        this.process = process;
        this.port = port;
    }

    /** Where it is installed; empty where it is not. */
    public static Optional<Path> installed() {
        for (var folder : System.getenv().getOrDefault("PATH", "").split(":")) {
            for (var name : NAMES) {
                var file = Path.of(folder, name);
                if (Files.isExecutable(file)) {
                    return Optional.of(file);
                }
            }
        }
        return Optional.empty();
    }

    /** Starts one. */
    public static Browser start() throws Exception {
        var profile = Files.createTempDirectory("gatehouse-browser");
        var command = new ArrayList<>(List.of(
                installed().orElseThrow().toString(),
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--user-data-dir=" + profile,
                "--remote-debugging-port=0",
                "about:blank"));
        var builder = new ProcessBuilder(command).redirectOutput(ProcessBuilder.Redirect.DISCARD);
        builder.environment().put("HOME", profile.toString());
        var process = builder.start();
        try {
            var said = new Child(process).await("DevTools listening on ws://127\\.0\\.0\\.1:(\\d+)/");
            return new Browser(profile, process, Integer.parseInt(said.group(1)));
        } catch (Throwable e) {
            end(process, profile);
            throw e;
        }
    }

    /** A new page, once it has loaded. */
    public Page open(String url) throws Exception {
        var made = client.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/json/new?about:blank"))
                        .PUT(HttpRequest.BodyPublishers.noBody())
                        .build(),
                BodyHandlers.ofString());
        var page = new Page();
        page.socket = client.newWebSocketBuilder()
                .buildAsync(URI.create(new JsonObject(made.body()).getString("webSocketDebuggerUrl")), page)
                .get(LIMIT_SECONDS, TimeUnit.SECONDS);
        page.ask("Page.enable", new JsonObject());
        page.ask("Page.navigate", new JsonObject().put("url", url));
        page.loaded.get(LIMIT_SECONDS, TimeUnit.SECONDS);
        return page;
    }

    /** One page. */
    public static final class Page implements WebSocket.Listener {
        private final StringBuilder text = new StringBuilder();
        private final AtomicInteger numbers = new AtomicInteger();
        private final Map<Integer, CompletableFuture<JsonObject>> asked = new ConcurrentHashMap<>();
        private final CompletableFuture<Void> loaded = new CompletableFuture<>();
        private WebSocket socket;

        private Page() {}

        /** Runs a script, waits for what it promises, and gives that; fails with what it throws. */
        public Object evaluate(String script) throws Exception {
            return evaluateLater(script).get(LIMIT_SECONDS, TimeUnit.SECONDS);
        }

        /** As {@link #evaluate}, without waiting. */
        public CompletableFuture<Object> evaluateLater(String script) {
            var wanted = new JsonObject()
                    .put("expression", script)
                    .put("awaitPromise", true)
                    .put("returnByValue", true);
            return send("Runtime.evaluate", wanted).thenApply(answer -> {
                var result = answer.getJsonObject("result");
                if (result == null || result.containsKey("exceptionDetails")) {
                    throw new AssertionError(answer.encodePrettily());
                }
                return result.getJsonObject("result").getValue("value");
            });
        }

        private void ask(String method, JsonObject parameters) throws Exception {
            send(method, parameters).get(LIMIT_SECONDS, TimeUnit.SECONDS);
        }

        private CompletableFuture<JsonObject> send(String method, JsonObject parameters) {
            var id = numbers.incrementAndGet();
            var answer = new CompletableFuture<JsonObject>();
            asked.put(id, answer);
            var message = new JsonObject().put("id", id).put("method", method).put("params", parameters);
            return socket.sendText(message.encode(), true).thenCompose(sent -> answer);
        }

        @Override
        public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
            text.append(data);
            if (last) {
                var message = new JsonObject(text.toString());
                text.setLength(0);
                var waiting = message.containsKey("id") ? asked.remove(message.getInteger("id")) : null;
                if (waiting != null) {
                    waiting.complete(message);
                } else if ("Page.loadEventFired".equals(message.getString("method"))) {
                    loaded.complete(null);
                }
            }
            from.request(1);
            return null;
        }
    }

    @Override
    public void close() {
        end(process, profile);
    }

    private static void end(Process process, Path profile) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly().onExit().join();
        for (var tries = 0; Files.exists(profile); tries++) {
            try (var files = Files.walk(profile)) {
                for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.deleteIfExists(file);
                }
            } catch (IOException | UncheckedIOException stillWriting) {
                if (tries == 10) {
                    return;
                }
            }
        }
    }
}
