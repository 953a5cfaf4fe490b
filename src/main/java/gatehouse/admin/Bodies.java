package gatehouse.admin;

import gatehouse.problem.Origin;
import gatehouse.problem.Problem;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Bodies of requests: which are taken, and how long they may be. */
final class Bodies {
    private static final String KIND = "bodyKind";

    private Bodies() {}

    /**
     * A kind of body.
     *
     * @param maxBytes more is 413
     * @param mediaTypes any other is 415
     */
    record Kind(int maxBytes, List<String> mediaTypes) {
        /** A JSON object. */
        static final Kind JSON = new Kind(64 * 1024, List.of("application/json"));

        /** A configuration; browsers send none of these types across sites without asking first. */
        static final Kind DOCUMENT = new Kind(
                1024 * 1024, List.of("application/yaml", "application/x-yaml", "text/yaml", "application/json"));

        Handler<RoutingContext> reader() {
            return BodyHandler.create(false).setBodyLimit(maxBytes);
        }
    }

    /** Refuses a body of another type before it is read. */
    static void expect(RoutingContext context, Kind kind) {
        context.put(KIND, kind);
        var field = context.request().getHeader(HttpHeaders.CONTENT_TYPE);
        if (isUnsaid(field) && !isOfPage(context.request())) {
            context.request().headers().remove(HttpHeaders.CONTENT_TYPE); // or it would be read as a form
            return;
        }
        var parts = field == null
                ? new String[] {""}
                : field.toLowerCase(Locale.ROOT).split(";", -1);
        var charset = parts.length < 2 ? "" : parts[1].replace("\"", "").strip();
        if (parts.length > 2
                || !kind.mediaTypes.contains(parts[0].strip())
                || !List.of("", "charset=utf-8").contains(charset)) {
            throw unsupported(kind).asFailure();
        }
    }

    /** Nothing, or what tools say of any body unless they are told what it is, such as {@code curl -d}. */
    private static boolean isUnsaid(@Nullable String field) {
        return field == null || field.equals("application/x-www-form-urlencoded");
    }

    /** Browsers name the page that has them send a body, whoever's it is (Fetch, the Origin header). */
    private static boolean isOfPage(HttpServerRequest request) {
        return request.headers().contains(HttpHeaders.ORIGIN)
                || request.headers().contains("Sec-Fetch-Site");
    }

    /** Most bytes of the body that is expected. */
    static int limit(RoutingContext context) {
        Kind kind = context.get(KIND, Kind.JSON);
        return kind.maxBytes;
    }

    /** Whether nothing came, once it was read. */
    static boolean isEmpty(RoutingContext context) {
        var body = context.body().buffer();
        return body == null || body.length() == 0;
    }

    /** The body that was read, as strict UTF-8. */
    static String text(RoutingContext context) {
        Buffer body = context.body().buffer();
        if (body == null || body.length() == 0) {
            throw Problem.badRequest("The body is empty.").asFailure();
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(body.getBytes()))
                    .toString();
        } catch (CharacterCodingException e) {
            throw Problem.badRequest("The body is not UTF-8.").asFailure(e);
        }
    }

    private static Problem unsupported(Kind kind) {
        var types = String.join(", ", kind.mediaTypes);
        return new Problem(
                "unsupported-media-type",
                415,
                "The body's type is not taken here",
                "The Content-Type must be " + String.join(" or ", kind.mediaTypes) + ", in UTF-8.",
                Origin.CLIENT,
                Map.of("Accept", types),
                false);
    }
}
