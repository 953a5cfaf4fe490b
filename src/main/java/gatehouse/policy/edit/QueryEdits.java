package gatehouse.policy.edit;

import gatehouse.config.Checked;
import gatehouse.config.Key;
import gatehouse.config.Template;
import gatehouse.exchange.Filled;
import gatehouse.exchange.RequestHead;
import gatehouse.route.QueryText;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Changes the parameters of a query; those that are not named stay byte for byte and in their order. */
final class QueryEdits {
    /** Keys of {@code query}. */
    record Config(
            @Key(
                    doc =
                            "Parameters with their values, in place of any of the same name. One whose value is missing in the"
                                    + " request is only removed.")
            Map<String, Template> set,

            @Key(doc = "Parameters to add, whatever there is of the same name.")
            Map<String, Template> add,

            @Key(doc = "Names of parameters to remove.", value = "[]")
            List<String> remove)
            implements Checked {
        @Override
        public void check(Complaints complaints) {
            set.keySet().forEach(name -> checkName("set", name, complaints));
            add.keySet().forEach(name -> checkName("add", name, complaints));
            remove.forEach(name -> checkName("remove", name, complaints));
        }

        private static void checkName(String key, String name, Complaints complaints) {
            if (name.isEmpty() || name.indexOf('{') >= 0) {
                complaints.add(key, '"' + name + '"', "names of parameters");
            }
        }
    }

    private record Addition(String name, Template value) {}

    private final List<QueryText> gone = new ArrayList<>();
    private final List<Addition> added = new ArrayList<>();

    QueryEdits(Config config) {
        config.remove().forEach(name -> gone.add(QueryText.of(name)));
        config.set().forEach((name, value) -> {
            gone.add(QueryText.of(name));
            added.add(new Addition(encoded(name), value));
        });
        config.add().forEach((name, value) -> added.add(new Addition(encoded(name), value)));
    }

    private static String encoded(String name) {
        return java.net.URLEncoder.encode(name, java.nio.charset.StandardCharsets.UTF_8);
    }

    /** The query for the target, or null for none. */
    @Nullable String apply(@Nullable String query, RequestHead head) {
        var out = new StringBuilder(query == null ? 32 : query.length() + 32);
        if (query != null) {
            keep(query, out);
        }
        for (var i = 0; i < added.size(); i++) {
            var value = Filled.query(added.get(i).value(), head);
            if (value != null) {
                separate(out).append(added.get(i).name()).append('=').append(value);
            }
        }
        return out.isEmpty() ? null : out.toString();
    }

    private void keep(String query, StringBuilder out) {
        for (var start = 0; start <= query.length(); ) {
            var ampersand = query.indexOf('&', start);
            var end = ampersand < 0 ? query.length() : ampersand;
            var equals = query.indexOf('=', start);
            if (!isGone(query, start, equals < 0 || equals > end ? end : equals)) {
                separate(out).append(query, start, end);
            }
            start = end + 1;
        }
    }

    private boolean isGone(String query, int start, int end) {
        for (var i = 0; i < gone.size(); i++) {
            if (gone.get(i).isAt(query, start, end)) {
                return true;
            }
        }
        return false;
    }

    private static StringBuilder separate(StringBuilder out) {
        return out.isEmpty() ? out : out.append('&');
    }
}
