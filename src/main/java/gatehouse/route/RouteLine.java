package gatehouse.route;

/**
 * One line of the compiled table: a route at one host and one path.
 *
 * @param host exact name or wildcard, {@code *} for any
 * @param path pattern, {@code *} for any
 * @param conditions what else must hold, empty for nothing
 * @param priority as in the file, 0 by default
 * @param route name of the route
 */
public record RouteLine(String host, String path, String conditions, int priority, String route) {}
