package gatehouse.config;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A piece of a document and where it was read. Immutable, so that an alias may share it. */
sealed interface Node {
    /** Where it starts. */
    Place place();

    /** Keys with values, in the order of the file. */
    record Mapping(Place place, Map<String, Entry> entries) implements Node {
        public Mapping {
            entries = Collections.unmodifiableMap(new LinkedHashMap<>(entries));
        }

        /** This mapping with one key set or replaced. */
        Mapping with(String key, Entry entry) {
            var changed = new LinkedHashMap<>(entries);
            changed.put(key, entry);
            return new Mapping(place, changed);
        }

        /** A mapping of one key. */
        static Mapping of(Place place, String key, Node value) {
            return new Mapping(place, Map.of(key, new Entry(place, value)));
        }
    }

    /**
     * A value under a key.
     *
     * @param key where the key stands
     */
    record Entry(Place key, Node value) {
        /** Where a problem with the value is shown: at a scalar itself, else at its key. */
        Place place() {
            return value instanceof Scalar scalar && !scalar.text().isEmpty() ? value.place() : key;
        }
    }

    /** Values in a row. */
    record Sequence(Place place, List<Node> items) implements Node {
        public Sequence {
            items = List.copyOf(items);
        }

        /** This sequence with an item replaced, or added at its end. */
        Sequence with(int index, Node item) {
            var changed = new ArrayList<>(items);
            if (index == changed.size()) {
                changed.add(item);
            } else {
                changed.set(index, item);
            }
            return new Sequence(place, changed);
        }
    }

    /**
     * A single value.
     *
     * @param text as it was written, without quotes and with interpolations replaced
     * @param plain whether it stood without quotes and so may be a number, a boolean or null
     */
    record Scalar(Place place, String text, boolean plain, Source source) implements Node {
        /** Whether it says that there is no value. */
        boolean isNull() {
            return plain
                    && switch (text) {
                        case "null", "~" -> source != Source.BROKEN;
                        case "", "Null", "NULL" -> source == Source.WRITTEN;
                        default -> false;
                    };
        }

        boolean isSecret() {
            return source == Source.SECRET;
        }
    }

    /** How a scalar came into the document. */
    enum Source {
        /** It stands in the file. */
        WRITTEN,
        /** It came from the environment or the command line; quotes don't say what type was meant. */
        GIVEN,
        /** It was interpolated, or given for a secret key: as given, and never shown. */
        SECRET,
        /** Its interpolation failed, which is reported already. */
        BROKEN
    }

    /** How a value is shown in a problem. */
    static String show(Node node) {
        if (node instanceof Mapping) {
            return "a map";
        }
        if (!(node instanceof Scalar scalar)) {
            return "a list";
        }
        if (scalar.isSecret()) {
            return "***";
        }
        if (scalar.isNull()) {
            return "null";
        }
        var shown = escape(scalar.text());
        return scalar.text().isEmpty() || !scalar.plain() ? '"' + shown + '"' : shown;
    }

    private static String escape(String text) {
        var shown = new StringBuilder();
        text.codePoints().limit(80).forEach(c -> {
            if (c == '\n') {
                shown.append("\\n");
            } else if (Character.isISOControl(c) || Character.getType(c) == Character.FORMAT) {
                shown.append("\\u").append(Integer.toHexString(0x10000 | c).substring(1));
            } else {
                shown.appendCodePoint(c);
            }
        });
        return shown.append(text.codePointCount(0, text.length()) > 80 ? "…" : "")
                .toString();
    }
}
