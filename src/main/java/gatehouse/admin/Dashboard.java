package gatehouse.admin;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.UncheckedIOException;

/** A page for people that shows what the API tells. It holds nothing itself, so it needs no token; what it asks the API for does. */
final class Dashboard {
    private static final String POLICY =
            "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; object-src 'none'";
    private static final Buffer PAGE = read("index.html");

    void add(Endpoints endpoints) {
        open(endpoints, "/dashboard.css", "text/css; charset=utf-8", "dashboard.css");
        open(endpoints, "/dashboard.js", "text/javascript; charset=utf-8", "dashboard.js");
        open(endpoints, "/dashboard.svg", "image/svg+xml", "dashboard.svg");
    }

    private static void open(Endpoints endpoints, String path, String type, String name) {
        var bytes = read(name);
        endpoints.open(path, context -> send(context, type, bytes));
    }

    /** Whether the page is wanted, rather than JSON: unless somebody asks for JSON and not for HTML. */
    static boolean isWanted(RoutingContext context) {
        var accept = context.request().getHeader(HttpHeaders.ACCEPT);
        return accept == null || accept.contains("text/html") || !accept.contains("application/json");
    }

    /** Answers with the page. */
    static void page(RoutingContext context) {
        send(context, "text/html; charset=utf-8", PAGE);
    }

    private static void send(RoutingContext context, String type, Buffer bytes) {
        context.response()
                .putHeader(HttpHeaders.CONTENT_TYPE, type)
                .putHeader("Content-Security-Policy", POLICY)
                .putHeader("X-Frame-Options", "DENY")
                .end(bytes);
    }

    private static Buffer read(String name) {
        try (var in = Dashboard.class.getResourceAsStream("/gatehouse/dashboard/" + name)) {
            if (in == null) {
                throw new IllegalStateException(name + " is not in the jar");
            }
            return Buffer.buffer(in.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
