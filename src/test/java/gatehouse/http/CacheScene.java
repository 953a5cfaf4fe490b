package gatehouse.http;

import gatehouse.testing.RawClient;
import gatehouse.testing.RawOrigin;
import gatehouse.testing.RawOrigin.Script;
import gatehouse.testing.RawResponse;
import gatehouse.testing.TestGateway;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** A gateway that caches, in front of an origin whose every answer has a number: a stored one is known by it. */
final class CacheScene implements AutoCloseable {
    private final RawOrigin origin;
    private final TestGateway gateway;
    private final AtomicInteger answers = new AtomicInteger();
    private volatile Script script = exchange -> exchange.reply("200 OK", number());
    private volatile String[] fields = {};

    private CacheScene(List<String> routes, String more) throws Exception {
        origin = RawOrigin.answering(exchange -> {
            exchange.body();
            script.answer(exchange);
        });
        gateway = TestGateway.start("""
                services: { origin: { targets: "%%s", pool: { max: 64, wait: 10s } } }
                routes:
                  %s
                %s
                """.formatted(String.join("\n  ", routes).replace("%", "%%"), more), origin.url());
    }

    /** With this value of {@code cache} on the route. */
    static CacheScene with(String cache) throws Exception {
        return with(cache, "");
    }

    /** With this value of {@code cache} on the route, and more of the configuration. */
    static CacheScene with(String cache, String more) throws Exception {
        return new CacheScene(List.of(route("all", "/**", cache)), more);
    }

    /** With one route for each of these values of {@code cache}: what begins with {@code /0/} is of the first. */
    static CacheScene withEach(List<String> caches) throws Exception {
        var routes = new ArrayList<String>();
        for (var cache : caches) {
            var at = routes.size();
            routes.add(route("r" + at, "/" + at + "/**", cache));
        }
        return new CacheScene(routes, "");
    }

    private static String route(String name, String path, String cache) {
        return name + ": { match: { path: \"" + path + "\" }, to: origin, cache: " + cache + " }";
    }

    /** From now on the origin answers 200, the number of its answer, and these field lines. */
    CacheScene answering(String... lines) {
        fields = lines;
        return answeringBy(exchange -> exchange.reply("200 OK", number(), fields));
    }

    /** From now on the origin answers so. */
    CacheScene answeringBy(Script next) {
        script = next;
        return this;
    }

    /** The number of the next answer, as its text. */
    String number() {
        return "answer " + answers.incrementAndGet();
    }

    RawOrigin origin() {
        return origin;
    }

    TestGateway gateway() {
        return gateway;
    }

    RawResponse get(String target, String... lines) throws IOException {
        return send("GET", target, lines);
    }

    RawResponse get(String target, List<String> lines) throws IOException {
        return get(target, lines.toArray(new String[0]));
    }

    RawResponse send(String method, String target, String... lines) throws IOException {
        try (var client = RawClient.connect(gateway.port())) {
            return client.send(RawClient.request(method, target, lines)).read(method);
        }
    }

    /** How many requests the origin has got. */
    int asked() {
        return origin.requests().size();
    }

    /** A field of the last request that the origin got, or null. */
    String lastAsked(String field) {
        var all = origin.requests();
        return all.get(all.size() - 1).header(field);
    }

    @Override
    public void close() throws IOException {
        origin.close();
        gateway.close();
    }
}
