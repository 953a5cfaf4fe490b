package gatehouse.cache;

import gatehouse.exchange.Fields;
import io.vertx.core.MultiMap;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The request fields that a response was chosen by ({@code Vary}, RFC 9111 §4.1), in a form in which what means the same is the
 * same: lists without blanks, those of {@code Accept} and its kin in one order and case.
 */
final class Selection {
    /** Chosen by nothing. */
    static final Selection NONE = new Selection(new String[0], new String[0]);

    private static final List<String> IN_KEY = List.of("host", "x-forwarded-host", "x-forwarded-proto");

    /** Longer lines than this are not remembered. */
    private static final int LONG = 256;

    /** What lines meant that were said lately, by their hash; of several that meet in a place the last. Read and written by all. */
    private static final @Nullable Known[] KNOWN = new Known[256];

    private record Known(String said, String meant) {}

    private final String[] names;
    private final @Nullable String[] values;

    private Selection(String[] names, @Nullable String[] values) {
        this.names = names;
        this.values = values;
    }

    /**
     * Names of fields in lower case, each once; null for {@code *}, which nothing matches. Host and scheme stand in the key
     * already; what else the gateway itself tells a service of the caller matches nothing either.
     */
    static @Nullable List<String> names(List<String> vary) {
        if (vary.isEmpty()) {
            return List.of();
        }
        var names = new ArrayList<String>();
        for (var line : vary) {
            for (var name : line.split(",", -1)) {
                var trimmed = name.trim().toLowerCase(Locale.ROOT);
                if (IN_KEY.contains(trimmed)) {
                    continue;
                }
                if (trimmed.equals("*") || trimmed.equals("x-request-id") || Fields.isForwarding(trimmed)) {
                    return null;
                }
                if (!trimmed.isEmpty() && !names.contains(trimmed)) {
                    names.add(trimmed);
                }
            }
        }
        Collections.sort(names);
        return names;
    }

    /** What a request says in these fields. */
    static Selection of(List<String> names, MultiMap request) {
        if (names.isEmpty()) {
            return NONE;
        }
        var values = new @Nullable String[names.size()];
        for (var i = 0; i < values.length; i++) {
            values[i] = value(names.get(i), request);
        }
        return new Selection(names.toArray(new String[0]), values);
    }

    /** Names of fields in lower case and what a request said in them, as another node wrote them down. */
    static Selection given(List<String> names, List<@Nullable String> values) {
        if (names.size() != values.size()) {
            throw new IllegalArgumentException("not a value for each name");
        }
        return names.isEmpty() ? NONE : new Selection(names.toArray(new String[0]), values.toArray(new String[0]));
    }

    /** Names of the fields. */
    List<String> names() {
        return List.of(names);
    }

    /** What was said in each of them; null for nothing. */
    List<@Nullable String> values() {
        return Collections.unmodifiableList(Arrays.asList(values));
    }

    /** Whether another request says the same. */
    boolean matches(MultiMap request) {
        for (var i = 0; i < names.length; i++) {
            var value = value(names[i], request);
            if (value == null ? values[i] != null : !value.equals(values[i])) {
                return false;
            }
        }
        return true;
    }

    /** Fields of a request that says the same. */
    Map<String, String> fields() {
        var fields = new LinkedHashMap<String, String>();
        for (var i = 0; i < names.length; i++) {
            var value = values[i];
            if (value != null) {
                fields.put(names[i], value);
            }
        }
        return fields;
    }

    /** What another request says in the fields of this one. */
    Selection with(MultiMap request) {
        return of(List.of(names), request);
    }

    private static @Nullable String value(String name, MultiMap request) {
        var lines = request.getAll(name);
        if (lines.isEmpty()) {
            return null;
        }
        return switch (name) {
            case "accept", "accept-encoding", "accept-language", "accept-charset" ->
                lines.size() == 1 ? sorted(lines.get(0)) : sorted(lines);
            default -> joined(lines);
        };
    }

    /** Lines as one, without blanks around commas (RFC 9110 §5.3); most fields are one line without any. */
    private static String joined(List<String> lines) {
        if (lines.size() == 1 && lines.get(0).indexOf(',') < 0) {
            return lines.get(0).trim();
        }
        return String.join(",", members(lines));
    }

    /** As below; browsers say the same again and again. */
    private static String sorted(String line) {
        if (line.length() > LONG) {
            return sorted(List.of(line));
        }
        var slot = line.hashCode() & KNOWN.length - 1;
        var known = KNOWN[slot];
        if (known == null || !known.said().equals(line)) {
            known = new Known(line, sorted(List.of(line)));
            KNOWN[slot] = known;
        }
        return known.meant();
    }

    /** Without an order, which has no meaning there: weights have (RFC 9110 §12.4.2). */
    private static String sorted(List<String> lines) {
        var members = members(lines);
        for (var i = 0; i < members.size(); i++) {
            members.set(i, unweighted(members.get(i).toLowerCase(Locale.ROOT)));
        }
        Collections.sort(members);
        return String.join(",", members);
    }

    private static List<String> members(List<String> lines) {
        var members = new ArrayList<String>();
        for (var line : lines) {
            for (var start = 0; start <= line.length(); ) {
                var comma = line.indexOf(',', start);
                var end = comma < 0 ? line.length() : comma;
                var member = line.substring(start, end).trim();
                if (!member.isEmpty()) {
                    members.add(member);
                }
                start = end + 1;
            }
        }
        return members;
    }

    /** {@code gzip; q=1.0} is {@code gzip}. */
    private static String unweighted(String member) {
        if (member.indexOf(';') < 0) {
            return member;
        }
        var clean = new StringBuilder(member.length());
        for (var i = 0; i < member.length(); i++) {
            if (member.charAt(i) != ' ' && member.charAt(i) != '\t') {
                clean.append(member.charAt(i));
            }
        }
        var text = clean.toString();
        for (var full : List.of(";q=1", ";q=1.0", ";q=1.00", ";q=1.000")) {
            if (text.endsWith(full)) {
                return text.substring(0, text.length() - full.length());
            }
        }
        return text;
    }

    /** About the bytes of what was said. */
    int bytes() {
        var sum = 0;
        for (var value : values) {
            sum += value == null ? 0 : 2 * value.length() + 64;
        }
        return sum;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Selection selection
                && Arrays.equals(names, selection.names)
                && Arrays.equals(values, selection.values);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(names) + Arrays.hashCode(values);
    }

    @Override
    public String toString() {
        var text = new StringBuilder();
        for (var i = 0; i < names.length; i++) {
            text.append(i == 0 ? "" : " ").append(names[i]).append('=').append(values[i]);
        }
        return text.toString();
    }
}
