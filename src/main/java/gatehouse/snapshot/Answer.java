package gatehouse.snapshot;

import gatehouse.config.RouteConfig;
import gatehouse.config.Template;
import gatehouse.exchange.Filled;
import gatehouse.exchange.Reply;
import gatehouse.exchange.RequestHead;
import gatehouse.problem.Problem;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the gateway answers itself on a route: a redirect, or a fixed answer. Immutable. */
public final class Answer {
    private final int status;
    private final @Nullable Template redirect;
    private final Map<String, String> headers;
    private final Buffer body;

    Answer(RouteConfig.To to) {
        var fixed = to.respond();
        redirect = to.redirect();
        status = fixed == null ? to.status() : fixed.status();
        headers = fixed == null ? Map.of() : fixed.headers();
        body = fixed == null || fixed.body() == null ? Buffer.buffer() : Buffer.buffer(fixed.body());
    }

    /** Status of the answer. */
    int status() {
        return status;
    }

    /**
     * The answer to a request.
     *
     * @throws gatehouse.problem.ProblemException 404 where a value of the address is missing
     */
    public Reply reply(RequestHead head) {
        var fields = HttpHeaders.headers();
        headers.forEach(fields::set);
        if (body.length() > 0 && !fields.contains(HttpHeaders.CONTENT_TYPE)) {
            fields.set(HttpHeaders.CONTENT_TYPE, "text/plain; charset=utf-8");
        }
        if (redirect != null) {
            fields.set(HttpHeaders.LOCATION, location(redirect, head));
        }
        var isHead = head.method().equals("HEAD");
        if (isHead && body.length() > 0) {
            fields.set(HttpHeaders.CONTENT_LENGTH, Integer.toString(body.length()));
        }
        return Reply.of(status, fields, isHead ? Buffer.buffer() : body);
    }

    private static String location(Template redirect, RequestHead head) {
        var address = Filled.address(redirect, head);
        if (address == null || address.startsWith("//")) {
            throw Problem.noRoute().asFailure();
        }
        var query = head.query();
        var fragment = address.indexOf('#') < 0 ? address.length() : address.indexOf('#');
        var question = address.indexOf('?');
        return query == null || (question >= 0 && question < fragment)
                ? address
                : address.substring(0, fragment) + "?" + query + address.substring(fragment);
    }
}
