package gatehouse.policy.edit;

import gatehouse.config.Checked.Complaints;
import gatehouse.config.Key;
import gatehouse.config.Template;
import gatehouse.exchange.Exchange;
import gatehouse.exchange.Fields;
import gatehouse.exchange.Filled;
import gatehouse.exchange.OwnFields;
import gatehouse.exchange.RequestHead;
import io.netty.util.AsciiString;
import io.vertx.core.MultiMap;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Changes the fields of a message: removes, then sets, then adds. All values are of the message as it was before. */
final class HeaderEdits {
    /** Keys of {@code headers}. */
    record Config(
            @Key(
                    doc =
                            "Fields with their values, in place of any of the same name. One whose value is missing in the"
                                    + " request is only removed, so that a client's own never stands in for it.")
            Map<String, Template> set,

            @Key(doc = "Fields to add, whatever there is of the same name.")
            Map<String, Template> add,

            @Key(doc = "Names of fields to remove.", value = "[]")
            List<String> remove) {
        /** Tells of names that can't be set. */
        void check(Predicate<String> isSettable, Complaints complaints) {
            set.keySet().forEach(name -> check("headers.set", name, isSettable, complaints));
            add.keySet().forEach(name -> check("headers.add", name, isSettable, complaints));
            remove.forEach(name -> check("headers.remove", name, Fields::isToken, complaints));
        }

        private static void check(String key, String name, Predicate<String> isGood, Complaints complaints) {
            if (!isGood.test(name)) {
                complaints.add(key, name, "names of fields that are not the gateway's own or the connection's");
            }
        }
    }

    private record Edit(AsciiString name, Template value, boolean replaces, boolean isCookie) {
        Edit(String name, Template value, boolean replaces) {
            this(AsciiString.cached(name), value, replaces, Fields.is(name, "cookie") || Fields.is(name, "set-cookie"));
        }
    }

    private final List<String> removed;
    private final List<String> replaced = new ArrayList<>();
    private final List<String> written = new ArrayList<>();
    private final List<String> travelling = new ArrayList<>();
    private final List<Edit> edits = new ArrayList<>();

    HeaderEdits(Config config) {
        removed = config.remove();
        config.set().forEach((name, value) -> edits.add(new Edit(name, value, true)));
        config.add().forEach((name, value) -> edits.add(new Edit(name, value, false)));
        replaced.addAll(removed);
        replaced.addAll(config.set().keySet());
        written.addAll(config.add().keySet());
        edits.stream()
                .map(edit -> edit.name().toString())
                .filter(Fields::isForwarding)
                .forEach(travelling::add);
        replaced.addAll(travelling);
    }

    /** Changes the fields of a request, in which a client may neither spell one otherwise nor have one dropped. */
    void applyToRequest(Exchange exchange) {
        var fields = exchange.headers();
        var values = values(exchange);
        OwnFields.clear(fields, replaced);
        OwnFields.keep(fields, written);
        put(values, fields);
        exchange.letTravel(travelling);
    }

    /**
     * Changes the fields.
     *
     * @param head whose values are taken
     */
    void apply(MultiMap fields, RequestHead head) {
        var values = values(head);
        for (var i = 0; i < removed.size(); i++) {
            fields.remove(removed.get(i));
        }
        put(values, fields);
    }

    private @Nullable String[] values(RequestHead head) {
        var values = new @Nullable String[edits.size()];
        for (var i = 0; i < values.length; i++) {
            var edit = edits.get(i);
            values[i] = edit.isCookie() ? Filled.cookie(edit.value(), head) : Filled.field(edit.value(), head);
        }
        return values;
    }

    private void put(@Nullable String[] values, MultiMap fields) {
        for (var i = 0; i < values.length; i++) {
            var edit = edits.get(i);
            var value = values[i];
            if (edit.replaces()) {
                fields.remove(edit.name());
            }
            if (value != null) {
                fields.add(edit.name(), value);
            }
        }
    }
}
