package gatehouse.route;

import gatehouse.exchange.RequestHead;
import java.util.List;

/** A condition on one named value of the request: a header field, a query parameter or a cookie. */
sealed interface Field extends Condition {
    String name();

    Values values();

    /** Whether both are asked of the same place, under the same name. */
    boolean sameAs(Field other);

    @Override
    default boolean disjointFrom(Condition other) {
        return other instanceof Field that && sameAs(that) && values().disjointFrom(that.values());
    }

    @Override
    default boolean impliedBy(Condition other) {
        return other instanceof Field that && sameAs(that) && values().cover(that.values());
    }

    /** A header field has one of the values; the name counts in any case. */
    record Header(String name, Values values) implements Field {
        @Override
        public boolean holds(RequestHead head) {
            return values.allow(head.header(name));
        }

        @Override
        public String why(RequestHead head) {
            var value = head.header(name);
            return "header " + name + (value == null ? " is absent" : " is " + value) + " (needs " + values.needed()
                    + ")";
        }

        @Override
        public boolean sameAs(Field other) {
            return other instanceof Header && name.equalsIgnoreCase(other.name());
        }

        @Override
        public String toString() {
            return "header " + name + ": " + values;
        }
    }

    /**
     * A query parameter has one of the values at any of its occurrences; both are compared decoded.
     *
     * @param encodedName the name as it is looked for
     * @param encodedValues the values as they are looked for
     */
    record Query(String name, Values values, QueryText encodedName, List<QueryText> encodedValues) implements Field {
        static Query of(String name, Values values) {
            return new Query(
                    name,
                    values,
                    QueryText.of(name),
                    values.accepted().stream().map(QueryText::of).toList());
        }

        @Override
        public boolean holds(RequestHead head) {
            return occurs(head, values.any());
        }

        private boolean occurs(RequestHead head, boolean withAnyValue) {
            var query = head.query();
            if (query == null) {
                return false;
            }
            for (var start = 0; start <= query.length(); ) {
                var end = QueryText.indexOf(query, '&', start, query.length());
                var equals = QueryText.indexOf(query, '=', start, end);
                if (encodedName.isAt(query, start, equals)
                        && (withAnyValue || hasValue(query, Math.min(equals + 1, end), end))) {
                    return true;
                }
                start = end + 1;
            }
            return false;
        }

        private boolean hasValue(String query, int from, int to) {
            for (var i = 0; i < encodedValues.size(); i++) {
                if (encodedValues.get(i).isAt(query, from, to)) {
                    return true;
                }
            }
            return false;
        }

        @Override
        public String why(RequestHead head) {
            return "query " + name + (occurs(head, true) ? " has another value" : " is absent") + " (needs "
                    + values.needed() + ")";
        }

        @Override
        public boolean sameAs(Field other) {
            return other instanceof Query && name.equals(other.name());
        }

        @Override
        public String toString() {
            return "query " + name + ": " + values;
        }
    }

    /** A cookie has one of the values at any of its occurrences (RFC 6265 §4.2). */
    record Cookie(String name, Values values) implements Field {
        @Override
        public boolean holds(RequestHead head) {
            return occurs(head, values.any());
        }

        private boolean occurs(RequestHead head, boolean withAnyValue) {
            var cookies = head.header("Cookie");
            if (cookies == null) {
                return false;
            }
            for (var start = 0; start < cookies.length(); ) {
                var end = QueryText.indexOf(cookies, ';', start, cookies.length());
                while (start < end && isSpace(cookies.charAt(start))) {
                    start++;
                }
                var equals = QueryText.indexOf(cookies, '=', start, end);
                if (equals < end
                        && equals - start == name.length()
                        && cookies.startsWith(name, start)
                        && (withAnyValue || hasValue(cookies, equals + 1, end))) {
                    return true;
                }
                start = end + 1;
            }
            return false;
        }

        private boolean hasValue(String cookies, int from, int to) {
            var end = to;
            while (end > from && isSpace(cookies.charAt(end - 1))) {
                end--;
            }
            for (var i = 0; i < values.accepted().size(); i++) {
                var value = values.accepted().get(i);
                if (value.length() == end - from && cookies.startsWith(value, from)) {
                    return true;
                }
            }
            return false;
        }

        private static boolean isSpace(char c) {
            return c == ' ' || c == '\t';
        }

        @Override
        public String why(RequestHead head) {
            return "cookie " + name + (occurs(head, true) ? " has another value" : " is absent") + " (needs "
                    + values.needed() + ")";
        }

        @Override
        public boolean sameAs(Field other) {
            return other instanceof Cookie && name.equals(other.name());
        }

        @Override
        public String toString() {
            return "cookie " + name + ": " + values;
        }
    }
}
