package gatehouse.fuzz;

import gatehouse.config.Overrides;
import gatehouse.exchange.Authority;
import gatehouse.exchange.CanonicalPath;
import gatehouse.problem.ProblemException;
import gatehouse.snapshot.Blueprint;
import gatehouse.snapshot.Explainer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * Hosts and paths at the door and at the router: one canonical form, the same one that another reader finds, which has no
 * other canonical form again; and no spelling leads around the route that guards a folder or a host.
 */
final class PathTarget implements Target {
    private static final String[] PARTS = {
        "/", "//", "/./", "/../", "/..", "/.", "admin", "ADMIN", "/admin/", "a", "%2f", "%2F", "%5c", "\\", "%2e",
        "%2E%2e", ".", "..", ";", "..;", ".;a", "%3b", "%25", "%252f", "%2525", "%00", "%0a", "%0d%0a", "%20", " ", "+",
        "%c3%a9", "%c0%af", "%ff", "%", "%4", "%zz", "#", "?", "?a", "%3f", "%23", "\u00e9", "\0", "\t", "%61",
        "%61dmin", "adm%69n", "~", "%7e", "%7E", "*", ":", "@", "=", ","
    };

    private final Explainer explainer;

    PathTarget() throws Exception {
        explainer = new Explainer(Blueprint.parse("paths.yaml", """
                version: 1
                listeners: { web: "127.0.0.1:8080" }
                services: { origin: { targets: "http://127.0.0.1:1" } }
                routes:
                  guard:  { match: { path: "/admin/**" }, to: origin }
                  secret: { match: { host: secret.test, path: "/**" }, to: origin }
                  rest:   { match: { path: "/**" }, to: origin, priority: -1 }
                """, Path.of("."), Overrides.SEALED));
    }

    @Override
    public String name() {
        return "paths";
    }

    @Override
    public byte[] mutate(Random random, byte[] from) {
        if (random.nextInt(4) == 0) {
            return Bytes.mutate(random, from);
        }
        return Bytes.with(from, random.nextInt(from.length + 1), Bytes.of(HeadMutator.pick(random, PARTS)));
    }

    @Override
    public List<String> run(byte[] sent) {
        var violations = new ArrayList<String>();
        var text = Bytes.text(sent);
        var blank = text.indexOf(' ');
        judgeHost(blank < 0 ? "" : text.substring(0, blank), violations);
        judgePath(text.substring(blank + 1), violations);
        return violations;
    }

    private static void judgeHost(String authority, List<String> violations) {
        try {
            var host = Authority.host(authority);
            if (!Canonical.isAuthority(authority)) {
                violations.add("took the host " + authority);
            } else if (!Authority.host(host).equals(host) || host.chars().anyMatch(c -> c >= 'A' && c <= 'Z')) {
                violations.add("the host " + authority + " became " + host + ", which is not canonical");
            }
        } catch (ProblemException refused) {
            judgeRefusal(refused, violations);
        } catch (RuntimeException e) {
            violations.add("the host " + authority + ": " + e);
        }
    }

    /** An empty segment with parameters, or one of dots, is refused; any other may pass. */
    private static boolean hasParameters(String raw) {
        return raw.contains(";") || raw.toLowerCase(java.util.Locale.ROOT).contains("%3b");
    }

    private void judgePath(String raw, List<String> violations) {
        var wanted = Canonical.path(raw);
        try {
            var path = CanonicalPath.of(raw);
            if (!path.equals(wanted)) {
                violations.add("the path " + raw + " became " + path + ", another reader has " + wanted);
            } else if (!CanonicalPath.of(path).equals(path)) {
                violations.add("the path " + raw + " became " + path + ", which is not canonical");
            } else {
                judgeRoute(path, violations);
            }
        } catch (ProblemException refused) {
            judgeRefusal(refused, violations);
            if (wanted != null && !hasParameters(raw)) {
                violations.add("refused " + raw + ", which means " + wanted);
            }
        } catch (RuntimeException e) {
            violations.add("the path " + raw + ": " + e);
        }
    }

    private void judgeRoute(String path, List<String> violations) {
        var route = route("http://localhost:8080", path);
        var guarded = path.equals("/admin") || path.startsWith("/admin/");
        if (!(guarded ? "guard" : "rest").equals(route)) {
            violations.add(path + " takes the route " + route);
        }
        if (!"secret".equals(route("http://SECRET.test.:8080", path))) {
            violations.add(path + " leads around the route of its host");
        }
        // an origin that decodes once more and takes dots and slashes for what they are
        var again = Canonical.path(path.replace("%20", "_"));
        if (!guarded && again != null && (again.equals("/admin") || again.startsWith("/admin/"))) {
            violations.add(path + " leads around the guard as " + again);
        }
    }

    private @Nullable String route(String host, String path) {
        return explainer.explain("GET", host + path, Map.of(), "127.0.0.1").route();
    }

    private static void judgeRefusal(ProblemException refused, List<String> violations) {
        if (refused.problem().status() / 100 != 4) {
            violations.add("refused with " + refused.problem().status());
        }
    }
}
