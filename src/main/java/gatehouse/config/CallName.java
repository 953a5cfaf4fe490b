package gatehouse.config;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A service of gRPC, or one method of it.
 *
 * @param service with its package
 * @param method null for all
 */
@Expects(
        value = "package.Service or package.Service/Method",
        pattern = "^[A-Za-z_][A-Za-z0-9_]*(\\.[A-Za-z_][A-Za-z0-9_]*)*(/[A-Za-z_][A-Za-z0-9_]*)?$")
public record CallName(String service, @Nullable String method) {
    /** Reads a name. */
    public static CallName parse(String text) {
        var name = "[A-Za-z_][A-Za-z0-9_]*";
        if (!text.matches(name + "(\\." + name + ")*(/" + name + ")?")) {
            throw new IllegalArgumentException("no name of a service");
        }
        var slash = text.indexOf('/');
        return slash < 0 ? new CallName(text, null) : new CallName(text.substring(0, slash), text.substring(slash + 1));
    }

    /** Whether this is the name of a path, or of the service in it. */
    public boolean isAt(String path) {
        var end = service.length() + 1;
        return path.length() > end + 1
                && path.charAt(end) == '/'
                && path.startsWith(service, 1)
                && (method == null || (path.length() == end + 1 + method.length() && path.endsWith(method)));
    }

    /** The paths of its calls. */
    PathPattern path() {
        return new PathPattern(List.of(service, method == null ? "{method}" : method), false, false);
    }

    @Override
    public String toString() {
        return method == null ? service : service + "/" + method;
    }
}
