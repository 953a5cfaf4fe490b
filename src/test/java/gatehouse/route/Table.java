package gatehouse.route;

import gatehouse.route.Match.Found;
import gatehouse.route.Match.NoRoute;
import gatehouse.route.Match.WrongMethod;

/** Short ways to make a table and to ask it. */
final class Table {
    private final RouteTable.Builder<String> builder = new RouteTable.Builder<>("web");

    Table add(String name, Rule rule) {
        return add(name, rule, 0);
    }

    Table add(String name, Rule rule, int priority) {
        builder.add(name, rule.match(), priority, "to " + name);
        return this;
    }

    RouteTable<String> build() {
        return builder.build();
    }

    /** A table of one route {@code hit}. */
    static RouteTable<String> of(Rule rule) {
        return new Table().add("hit", rule).build();
    }

    /** Name of the route that is found, {@code 404}, or {@code 405} and the methods. */
    static String find(RouteTable<String> table, TestHead head) {
        var match = table.find(head);
        if (match instanceof Found<String> found) {
            return found.name();
        }
        return match instanceof WrongMethod<String> wrong
                ? "405 " + wrong.allow()
                : match instanceof NoRoute<String> ? "404" : match.toString();
    }
}
