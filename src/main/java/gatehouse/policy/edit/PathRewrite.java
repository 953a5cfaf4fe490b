package gatehouse.policy.edit;

import gatehouse.config.Checked;
import gatehouse.config.Key;
import gatehouse.config.PathPattern;
import gatehouse.config.Template;
import gatehouse.exchange.CanonicalPath;
import gatehouse.exchange.Filled;
import gatehouse.exchange.RequestHead;
import gatehouse.problem.Problem;
import gatehouse.problem.ProblemException;
import org.jspecify.annotations.Nullable;

/**
 * Makes the path that a target gets of the one that was matched: takes a beginning off, replaces by a regular expression, puts
 * a beginning before it; or makes a new one. What comes out must be canonical as it stands, so that nobody behind reads
 * another path in it than the one that was chosen here.
 *
 * @param strip what is taken off
 * @param regex what is replaced
 * @param prefix what is put before
 * @param path what is taken instead of all that
 */
record PathRewrite(
        @Key(
                doc =
                        "Segments taken off the beginning of the path; `{name}` is any one. A path that does not begin with"
                                + " them is answered 404.")
        @Nullable PathPattern strip,

        @Key(doc = "What is replaced in the path, after `strip`.") @Nullable Replacement regex,

        @Key(doc = "Put before the path, after `strip` and `regex`, such as `/v2` or `/tenants/{claim.tenant}`.")
        @Nullable Template prefix,

        @Key(doc = "The whole path, instead of the others, such as `/members/{path.id}`.") @Nullable Template path)
        implements Checked {

    /**
     * A replacement.
     *
     * @param match what is looked for
     * @param to what stands there then
     */
    record Replacement(
            @Key(
                    doc =
                            "Regular expression in the syntax of RE2; the first part of the path that matches is replaced."
                                    + " It sees the canonical path, percent-encoding included.",
                    required = true)
            LinearPattern match,

            @Key(doc = "What stands there then; `$1` is the first group in parentheses.", required = true)
            String to)
            implements Checked {
        @Override
        public void check(Complaints complaints) {
            for (var dollar = to.indexOf('$'); dollar >= 0; dollar = to.indexOf('$', dollar + 1)) {
                var digit = dollar + 1 < to.length() ? to.charAt(dollar + 1) - '0' : -1;
                if (digit < 0 || digit > Math.min(9, match.groups()) || isDigit(to, dollar + 2)) {
                    complaints.add("to", to, "behind each $ the number of a group, 0 to " + match.groups());
                    return;
                }
            }
            if (to.indexOf('\\') >= 0 || !isPathText(to.replace('$', '_'))) {
                complaints.add("to", to, "characters of a path, percent-encoded where needed");
            }
        }

        private static boolean isDigit(String text, int index) {
            return index < text.length() && text.charAt(index) >= '0' && text.charAt(index) <= '9';
        }
    }

    @Override
    public void check(Complaints complaints) {
        if (strip != null && strip.prefix()) {
            complaints.add("strip", strip.toString(), "a path without /**, such as /users");
        }
        if (path != null && (strip != null || regex != null || prefix != null)) {
            complaints.add("path", "beside another", "either path, or any of strip, regex and prefix");
        }
        checkText("prefix", prefix, complaints);
        checkText("path", path, complaints);
    }

    private static void checkText(String key, @Nullable Template template, Complaints complaints) {
        if (template == null) {
            return;
        }
        var begins = template.text().startsWith("/") || template.text().startsWith("{path}");
        var sample = template.sample();
        if (!begins || !isPathText(sample) || sample.contains("//") || isDotted(sample)) {
            complaints.add(key, template.toString(), "a path that begins with / and is percent-encoded where needed");
        }
    }

    private static boolean isDotted(String path) {
        return ("/" + path + "/").contains("/../") || ("/" + path + "/").contains("/./");
    }

    private static boolean isPathText(String text) {
        for (var i = 0; i < text.length(); i++) {
            var c = text.charAt(i);
            if (c <= ' ' || c >= 0x7f || "?#\"<>\\^`{|}".indexOf(c) >= 0) {
                return false;
            }
        }
        return true;
    }

    /**
     * The path for the target.
     *
     * @throws ProblemException 404 where there is none
     */
    String apply(RequestHead head) {
        return checked(path == null ? changed(head) : filled(path, head));
    }

    private String changed(RequestHead head) {
        var rest = strip == null ? head.path() : withoutPrefix(strip, head.path());
        if (regex != null) {
            rest = regex.match().replaceFirst(rest, regex.to());
        }
        if (prefix == null) {
            return rest;
        }
        var before = filled(prefix, head);
        return before.endsWith("/") ? before.substring(0, before.length() - 1) + rest : before + rest;
    }

    private static String filled(Template template, RequestHead head) {
        var filled = Filled.path(template, head);
        if (filled == null) {
            throw nowhere();
        }
        return filled;
    }

    /** What stands behind these segments; they end where a segment of the path does. */
    private static String withoutPrefix(PathPattern prefix, String path) {
        var at = 0;
        for (var i = 0; i < prefix.segments().size(); i++) {
            var segment = prefix.segments().get(i);
            var start = at + 1;
            var slash = path.indexOf('/', start);
            var end = slash < 0 ? path.length() : slash;
            var matches = PathPattern.isCapture(segment)
                    ? end > start
                    : segment.length() == end - start && path.startsWith(segment, start);
            if (start > path.length() || !matches) {
                throw nowhere();
            }
            at = end;
        }
        return at == path.length() ? "/" : path.substring(at);
    }

    private static String checked(String path) {
        String canonical;
        try {
            canonical = CanonicalPath.of(path);
        } catch (ProblemException e) {
            throw nowhere();
        }
        if (!canonical.equals(path)) {
            throw nowhere();
        }
        return path;
    }

    private static ProblemException nowhere() {
        return Problem.noRoute().asFailure();
    }
}
