package gatehouse.cache;

import gatehouse.config.Template;
import gatehouse.config.Template.Part;
import gatehouse.exchange.Filled;
import gatehouse.exchange.RequestHead;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What a route makes the request to its service and the answer of, beyond what stands in the key: values of the caller. Answers
 * of which these differ are different ones, whatever the service says.
 *
 * @param values that go into the target or into fields of the answer
 * @param fields names, in lower case, of fields of the request that are made of such values; the service may choose by them,
 *     and no request of a client has them
 */
public record Ingredients(List<Part> values, Set<String> fields) {
    /** Nothing. */
    public static final Ingredients NONE = new Ingredients(List.of(), Set.of());

    /** Copies both. */
    public Ingredients {
        values = List.copyOf(new LinkedHashSet<>(values));
        fields = Set.copyOf(fields);
    }

    /** Whether a value is known of the URL alone, which the key has. */
    public static boolean isInKey(Part part) {
        return switch (part.kind()) {
            case TEXT, CAPTURE, HOST, PATH, QUERY -> true;
            case CLAIM, HEADER, CLIENT_IP, CONSUMER -> false;
        };
    }

    /** Whether a text is made of more than the key has. */
    public static boolean isOfCaller(Template template) {
        return !template.parts().stream().allMatch(Ingredients::isInKey);
    }

    /** The name by which answers of a route are told apart: its own, and these values of a request. */
    String name(String route, RequestHead head) {
        if (values.isEmpty()) {
            return route;
        }
        var name = new StringBuilder(route);
        for (var part : values) {
            var value = Filled.value(part, head);
            // the length comes first, so that no value can look like two
            name.append('\n')
                    .append(value == null ? -1 : value.length())
                    .append(':')
                    .append(value == null ? "" : value);
        }
        return name.toString();
    }

    /** Whether a name of {@link #name} has such values. */
    static boolean areIn(String name) {
        return name.indexOf('\n') >= 0;
    }

    /** Whether an answer was chosen by a field that no client sends as the service gets it. */
    boolean decide(List<String> vary) {
        return !fields.isEmpty() && vary.stream().anyMatch(fields::contains);
    }
}
