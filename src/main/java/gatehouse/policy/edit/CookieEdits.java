package gatehouse.policy.edit;

import gatehouse.config.Checked;
import gatehouse.config.Key;
import io.vertx.core.MultiMap;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Changes the attributes of cookies that a service sets (RFC 6265 §4.1.2, and SameSite of its successor draft), so that they hold for the
 * domain and path that clients see. Names and values stay as they are. Cookies named {@code __Host-} keep what their name
 * promises: no domain, and the path {@code /}.
 */
final class CookieEdits {
    private static final String HOST_PREFIX = "__host-";

    /** Keys of {@code cookies}. */
    record Config(
            @Key(
                    doc =
                            "Domains of services with the domain that takes their place; `\"\"` makes a cookie one of the host"
                                    + " alone. `*` is any domain that is not named, `\"\"` stands for cookies that name none.")
            Map<String, String> domain,

            @Key(
                    doc =
                            "Beginnings of paths with what takes their place, such as `/app: /`. The longest that ends with a"
                                    + " segment counts.")
            Map<String, String> path,

            @Key(doc = "Whether `Secure` is put on every cookie.", value = "false")
            boolean secure,

            @Key(doc = "Whether `HttpOnly` is put on every cookie.", value = "false")
            boolean httpOnly,

            @Key(doc = "`SameSite` of every cookie. `none` needs `secure: true`.") @Nullable SameSite sameSite)
            implements Checked {
        /** When a cookie goes along with requests from other sites. */
        enum SameSite {
            STRICT("Strict"),
            LAX("Lax"),
            NONE("None");

            private final String written;

            SameSite(String written) {
                this.written = written;
            }
        }

        @Override
        public void check(Complaints complaints) {
            domain.forEach((from, to) -> {
                var isKnown = from.equals("*") || from.isEmpty() || isDomain(from);
                if (!isKnown || !(isDomain(to) || (to.isEmpty() && !from.isEmpty()))) {
                    complaints.add("domain", from + ": " + to, "names of hosts");
                }
            });
            path.forEach((from, to) -> {
                if (!isPath(from) || !isPath(to)) {
                    complaints.add("path", from + ": " + to, "paths");
                }
            });
            if (sameSite == SameSite.NONE && !secure) {
                complaints.add("sameSite", "none", "beside it secure: true, as browsers drop such a cookie otherwise");
            }
        }

        private static boolean isDomain(String text) {
            return text.matches("\\.?[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?");
        }

        private static boolean isPath(String text) {
            return text.matches("/[!-:<-~]*");
        }
    }

    private final Config config;

    CookieEdits(Config config) {
        this.config = config;
    }

    /** Changes every {@code Set-Cookie}. */
    void apply(MultiMap fields) {
        if (!fields.contains("set-cookie")) {
            return;
        }
        var cookies = fields.getAll("set-cookie");
        var changed = new ArrayList<String>(cookies.size());
        for (var cookie : cookies) {
            changed.add(changed(cookie));
        }
        fields.set("Set-Cookie", changed);
    }

    /** The cookie with other attributes; attributes that are not known stay as they are. */
    private String changed(String cookie) {
        var end = endOfPart(cookie, 0);
        var out = new StringBuilder(cookie.length() + 32).append(cookie, 0, end);
        var isHost = cookie.stripLeading().regionMatches(true, 0, HOST_PREFIX, 0, HOST_PREFIX.length());
        var hasDomain = isHost;
        while (end < cookie.length()) {
            var start = end + 1;
            end = endOfPart(cookie, start);
            hasDomain |= appendAttribute(out, cookie.substring(start, end).trim(), isHost);
        }
        append(out, "Domain=", hasDomain ? "" : config.domain().getOrDefault("", ""));
        if (config.secure()) {
            out.append("; Secure");
        }
        if (config.httpOnly()) {
            out.append("; HttpOnly");
        }
        if (config.sameSite() != null) {
            out.append("; SameSite=").append(config.sameSite().written);
        }
        return out.toString();
    }

    private static int endOfPart(String cookie, int start) {
        var semicolon = cookie.indexOf(';', start);
        return semicolon < 0 ? cookie.length() : semicolon;
    }

    /** Appends what becomes of an attribute; whether it names a domain. */
    private boolean appendAttribute(StringBuilder out, String attribute, boolean isHost) {
        var equals = attribute.indexOf('=');
        var name =
                (equals < 0 ? attribute : attribute.substring(0, equals)).trim().toLowerCase(Locale.ROOT);
        var value = equals < 0 ? "" : attribute.substring(equals + 1).trim();
        switch (name) {
            case "domain" -> append(out, "Domain=", isHost || value.isEmpty() ? value : domain(value));
            case "path" -> append(out, "Path=", isHost ? value : path(value));
            case "secure" -> append(out, config.secure() ? "" : attribute, "");
            case "httponly" -> append(out, config.httpOnly() ? "" : attribute, "");
            case "samesite" -> append(out, config.sameSite() != null ? "" : attribute, "");
            default -> append(out, attribute, "");
        }
        return name.equals("domain") && !value.isEmpty();
    }

    private static void append(StringBuilder out, String before, String value) {
        if (value.isEmpty() && (before.isEmpty() || before.equals("Domain=") || before.equals("Path="))) {
            return;
        }
        out.append("; ").append(before).append(value);
    }

    /** A leading dot means nothing (RFC 6265 §5.2.3). */
    private String domain(String domain) {
        var plain = domain.startsWith(".") ? domain.substring(1) : domain;
        for (var each : config.domain().entrySet()) {
            var from = each.getKey().startsWith(".") ? each.getKey().substring(1) : each.getKey();
            if (from.equalsIgnoreCase(plain)) {
                return each.getValue();
            }
        }
        var any = config.domain().get("*");
        return any == null ? domain : any;
    }

    private String path(String path) {
        String longest = null;
        for (var from : config.path().keySet()) {
            if (isBeginning(from, path) && (longest == null || from.length() > longest.length())) {
                longest = from;
            }
        }
        if (longest == null) {
            return path;
        }
        var to = config.path().getOrDefault(longest, "/");
        var rest = path.substring(longest.length());
        if (rest.isEmpty()) {
            return to;
        }
        return (to.endsWith("/") ? to : to + "/") + (rest.startsWith("/") ? rest.substring(1) : rest);
    }

    private static boolean isBeginning(String from, String path) {
        return path.startsWith(from)
                && (path.length() == from.length() || from.endsWith("/") || path.charAt(from.length()) == '/');
    }

    /** What is known of it, for tests in the words of the specification. */
    static List<String> apply(Config config, List<String> cookies) {
        return cookies.stream().map(new CookieEdits(config)::changed).toList();
    }
}
