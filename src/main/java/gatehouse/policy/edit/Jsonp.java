package gatehouse.policy.edit;

import gatehouse.config.Checked;
import gatehouse.config.Key;
import gatehouse.config.Size;
import gatehouse.exchange.Exchange;
import gatehouse.exchange.Fields;
import gatehouse.exchange.Reply;
import gatehouse.exchange.ReshapedBody;
import gatehouse.policy.Policy.Next;
import gatehouse.problem.Problem;
import gatehouse.route.QueryText;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Wraps JSON into a call of a function that the client names, for pages older than CORS. Any page may load such an answer, so it
 * is only done where a route asks for it, for {@code GET}, and unless it says otherwise without the client's cookies. The function is a plain name;
 * what is called with it is JSON that was checked, with nothing in it that ends a script.
 */
final class Jsonp {
    private static final int LONGEST_NAME = 64;
    private static final int MOST_NAMES = 5;

    /** ECMA-262 §12.7.2, and names that lead to what every object has. */
    private static final Set<String> RESERVED = Set.of(
            ("await break case catch class const continue debugger default delete do else enum export extends false finally"
                            + " for function if implements import in instanceof interface let new null package private protected public"
                            + " return static super switch this throw true try typeof var void while with yield eval arguments"
                            + " __proto__ constructor prototype")
                    .split(" "));

    /** Keys of {@code jsonp}. */
    record Config(
            @Key(doc = "Query parameter that names the function; the service never sees it.", value = "callback")
            String param,

            @Key(doc = "Longest JSON that is wrapped; a longer one is 502.", value = "1MiB", max = 16_777_216)
            Size body,

            @Key(
                    doc =
                            "Whether the service gets the client's `Cookie` and `Authorization`. Any page on the web can read"
                                    + " what it answers then.",
                    value = "false")
            boolean credentials)
            implements Checked {
        @Override
        public void check(Complaints complaints) {
            if (!param.matches("[A-Za-z0-9_.-]{1,64}")) {
                complaints.add("param", param, "a name of letters, digits, _ . and -");
            }
        }
    }

    private final Config config;
    private final QueryText param;

    Jsonp(Config config) {
        this.config = config;
        this.param = QueryText.of(config.param());
    }

    /** Passes the request on without its parameter, and wraps the answer. */
    Future<Reply> apply(Exchange exchange, Next next) {
        var query = exchange.upstreamQuery();
        if (query == null || !exchange.method().equals("GET")) {
            return next.proceed(exchange);
        }
        var rest = new StringBuilder(query.length());
        var named = take(query, rest);
        if (named.isEmpty()) {
            return next.proceed(exchange);
        }
        var function = named.size() == 1 ? decoded(named.get(0)) : "";
        if (!isFunction(function)) {
            return Future.failedFuture(
                    Problem.badRequest("The parameter " + config.param() + " is not the name of one function.")
                            .asFailure());
        }
        exchange.sendAs(exchange.upstreamPath(), rest.isEmpty() ? null : rest.toString());
        var fields = exchange.headers();
        fields.set("accept-encoding", "identity").remove("range").remove("if-range");
        if (!config.credentials()) {
            fields.remove("cookie").remove("authorization");
        }
        return next.proceed(exchange).compose(reply -> wrapped(reply, function));
    }

    /** Values of the parameter; all others are put into {@code rest}. */
    private List<String> take(String query, StringBuilder rest) {
        var values = new ArrayList<String>(1);
        for (var start = 0; start <= query.length(); ) {
            var ampersand = query.indexOf('&', start);
            var end = ampersand < 0 ? query.length() : ampersand;
            var equals = query.indexOf('=', start);
            var nameEnd = equals < 0 || equals > end ? end : equals;
            if (param.isAt(query, start, nameEnd)) {
                values.add(query.substring(Math.min(nameEnd + 1, end), end));
            } else {
                rest.append(rest.isEmpty() ? "" : "&").append(query, start, end);
            }
            start = end + 1;
        }
        return values;
    }

    /** Decoded, as some encode the dollar sign; empty for what can't be. */
    private static String decoded(String value) {
        try {
            return URLDecoder.decode(value, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return "";
        }
    }

    /** Names with dots between them, each a plain one and none that means something else. */
    static boolean isFunction(String text) {
        var names = text.split("\\.", -1);
        if (names.length > MOST_NAMES) {
            return false;
        }
        for (var name : names) {
            if (name.isEmpty() || name.length() > LONGEST_NAME || RESERVED.contains(name) || !isPlain(name)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isPlain(String name) {
        for (var i = 0; i < name.length(); i++) {
            var c = name.charAt(i);
            var isLetter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$';
            if (!isLetter && (i == 0 || c < '0' || c > '9')) {
                return false;
            }
        }
        return true;
    }

    private Future<Reply> wrapped(Reply reply, String function) {
        if (reply.status() < 200 || reply.status() > 299 || reply.status() == 204 || reply.status() == 205) {
            return Future.succeededFuture(
                    reply); // a script that fails to load tells the page as much as there is to tell
        }
        if (!isJson(reply.headers()) || reply.body().length() > config.body().bytes()) {
            reply.cancel();
            return Future.failedFuture(Padding.unfit().asFailure());
        }
        var fields = reply.headers();
        for (var gone :
                new String[] {"etag", "content-md5", "digest", "content-digest", "repr-digest", "accept-ranges"}) {
            fields.remove(gone);
        }
        fields.set("Content-Type", "text/javascript; charset=utf-8");
        fields.set("X-Content-Type-Options", "nosniff");
        fields.set("Content-Disposition", "attachment; filename=\"f.txt\"");
        return Future.succeededFuture(reply.with(new ReshapedBody(
                reply.body(), new Padding(function, config.body().bytes()))));
    }

    /** {@code application/json} or anything {@code +json} (RFC 6839 §3.1), and not encoded. */
    private static boolean isJson(MultiMap fields) {
        var type = fields.get("content-type");
        var coding = fields.get("content-encoding");
        if (type == null || (coding != null && !Fields.is(coding, "identity"))) {
            return false;
        }
        var semicolon = type.indexOf(';');
        var media = (semicolon < 0 ? type : type.substring(0, semicolon)).trim();
        return Fields.is(media, "application/json")
                || media.regionMatches(true, Math.max(0, media.length() - 5), "+json", 0, 5);
    }
}
