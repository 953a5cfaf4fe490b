package gatehouse.registry;

import gatehouse.config.Durations;
import gatehouse.config.RegistryConfig;
import gatehouse.config.Version;
import gatehouse.problem.ProblemException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What somebody sent, a JSON object as plain values, read strictly: each refusal names the field. */
public final class Submission {
    private static final int LONGEST_NAME = 63;
    private static final int LONGEST_ID = 128;
    private static final int LONGEST_KEY = 128;
    private static final int MOST_WEIGHT = 1000;

    private final Map<String, ?> fields;
    private final RegistryConfig config;

    private Submission(Map<String, ?> fields, RegistryConfig config, List<String> known) {
        this.fields = fields;
        this.config = config;
        for (var name : fields.keySet()) {
            if (!known.contains(name)) {
                throw Refusals.field(printable(name), "is not known here; known are " + String.join(", ", known));
            }
        }
    }

    /** Reads a registration, whose name stands elsewhere. */
    public static Registration registration(InstanceName name, Map<String, ?> fields, RegistryConfig config) {
        var known = List.of("address", "version", "weight", "metadata", "state", "ttl", "lease");
        return new Submission(fields, config, known).registration(name);
    }

    /** Reads a change. */
    public static Update update(Map<String, ?> fields, RegistryConfig config) {
        var read = new Submission(fields, config, List.of("state", "weight", "metadata"));
        if (fields.isEmpty()) {
            throw Refusals.field("state", "is missing, and so are weight and metadata; one of them is needed");
        }
        return new Update(read.state(), read.whole("weight", MOST_WEIGHT), read.metadata());
    }

    /** A name that may be used; the domain, service or id of a path or a message. */
    public static String name(String field, @Nullable Object value) {
        if (value == null) {
            throw Refusals.field(field, "is missing");
        }
        var longest = field.equals("id") ? LONGEST_ID : LONGEST_NAME;
        if (!(value instanceof String text) || !isName(text, longest)) {
            throw Refusals.field(
                    field,
                    "is no name of at most " + longest
                            + " letters, digits and ._~:- that begins with one of the first two");
        }
        return text;
    }

    private static boolean isName(String text, int longest) {
        if (text.isEmpty() || text.length() > longest || "._~:-".indexOf(text.charAt(0)) >= 0) {
            return false;
        }
        return text.chars().allMatch(c -> c < 0x80 && (Character.isLetterOrDigit(c) || "._~:-".indexOf(c) >= 0));
    }

    /** What may say a fencing number and nothing else. */
    public static Map<String, ?> leaseAlone(Map<String, ?> fields) {
        for (var name : fields.keySet()) {
            if (!name.equals("lease")) {
                throw Refusals.field(printable(name), "is not known here; known is lease");
            }
        }
        return fields;
    }

    /** A fencing number, or null where there is none. */
    public static @Nullable Long lease(@Nullable Object value) {
        if (value == null) {
            return null;
        }
        if ((value instanceof Long || value instanceof Integer) && ((Number) value).longValue() > 0) {
            return ((Number) value).longValue();
        }
        throw Refusals.field("lease", "is not a whole number above 0");
    }

    private Registration registration(InstanceName name) {
        var weight = whole("weight", MOST_WEIGHT);
        var metadata = new HashMap<String, String>();
        metadata().forEach((key, value) -> metadata.put(key, value.orElseThrow(() -> notText("metadata." + key))));
        checkSize(metadata, config);
        return new Registration(
                name,
                address(),
                version(),
                weight == null ? 1 : weight,
                metadata,
                state(),
                ttl(),
                lease(fields.get("lease")));
    }

    private Address address() {
        var text = text("address");
        if (text == null) {
            throw Refusals.field("address", "is missing");
        }
        try {
            var address = Address.parse(text);
            if (!address.isReached()) {
                throw new IllegalArgumentException("of the scheme " + address.scheme()
                        + ", over which this gateway reaches no instance; http://HOST:PORT or HOST:PORT would do");
            }
            return address;
        } catch (IllegalArgumentException e) {
            throw Refusals.field("address", "is " + e.getMessage());
        }
    }

    private @Nullable Version version() {
        var text = text("version");
        try {
            return text == null ? null : Version.parse(text);
        } catch (IllegalArgumentException e) {
            throw Refusals.field("version", "is " + e.getMessage() + ", such as 2.1.0");
        }
    }

    private Duration ttl() {
        var text = text("ttl");
        var limits = config.ttl();
        if (text == null) {
            return limits.standard();
        }
        try {
            var ttl = Durations.parse(text);
            if (ttl.compareTo(limits.min()) >= 0 && ttl.compareTo(limits.max()) <= 0) {
                return ttl;
            }
        } catch (IllegalArgumentException e) {
            throw Refusals.field("ttl", "is no duration such as 30s: " + e.getMessage());
        }
        throw Refusals.field(
                "ttl",
                "is not within " + Durations.show(limits.min().toMillis()) + " and "
                        + Durations.show(limits.max().toMillis()));
    }

    private Instance.@Nullable State state() {
        var text = text("state");
        if (text == null) {
            return null;
        }
        for (var state : Instance.State.values()) {
            if (state.name().toLowerCase(Locale.ROOT).equals(text)) {
                return state;
            }
        }
        throw Refusals.field("state", "is not one of up, draining, down");
    }

    private @Nullable Integer whole(String field, int most) {
        var value = fields.get(field);
        if (value == null && !fields.containsKey(field)) {
            return null;
        }
        if (value instanceof Integer number && number >= 0 && number <= most) {
            return number;
        }
        throw Refusals.field(field, "is not a whole number from 0 to " + most);
    }

    private Map<String, Optional<String>> metadata() {
        var metadata = new HashMap<String, Optional<String>>();
        var value = fields.get("metadata");
        if (value == null && !fields.containsKey("metadata")) {
            return metadata;
        }
        if (!(value instanceof Map<?, ?> map)) {
            throw Refusals.field("metadata", "is not an object");
        }
        map.forEach((key, each) -> metadata.put(key(key), value(key, each)));
        return metadata;
    }

    private static String key(@Nullable Object key) {
        var text = String.valueOf(key);
        if (text.isEmpty() || text.length() > LONGEST_KEY || hasControls(text)) {
            throw Refusals.field(
                    "metadata." + printable(text),
                    "has a name that is empty, longer than " + LONGEST_KEY + " characters or has control characters");
        }
        return text;
    }

    private static Optional<String> value(@Nullable Object key, @Nullable Object value) {
        var name = "metadata." + printable(String.valueOf(key));
        if (value == null) {
            return Optional.empty();
        }
        if (!(value instanceof String text)) {
            throw notText(name);
        }
        if (hasControls(text)) {
            throw Refusals.field(name, "has control characters");
        }
        return Optional.of(text);
    }

    /** Refuses metadata that is too much. */
    static void checkSize(Map<String, String> metadata, RegistryConfig config) {
        var bytes = 0L;
        for (var entry : metadata.entrySet()) {
            bytes += entry.getKey().getBytes(StandardCharsets.UTF_8).length
                    + entry.getValue().getBytes(StandardCharsets.UTF_8).length;
        }
        var most = config.limits().metadata();
        if (bytes > most.bytes()) {
            throw Refusals.field("metadata", "is " + bytes + " bytes, more than the " + most + " that it may be");
        }
    }

    private @Nullable String text(String field) {
        var value = fields.get(field);
        if (value == null && !fields.containsKey(field)) {
            return null;
        }
        if (!(value instanceof String text)) {
            throw notText(field);
        }
        return Objects.requireNonNull(text);
    }

    private static ProblemException notText(String field) {
        return Refusals.field(field, "is not text");
    }

    /** Control characters, and halves of characters that UTF-8 can't write. */
    private static boolean hasControls(String text) {
        return text.chars().anyMatch(c -> c < 0x20 || (c >= 0x7f && c < 0xa0))
                || !StandardCharsets.UTF_8.newEncoder().canEncode(text);
    }

    private static String printable(String name) {
        var shown = name.length() > 64 ? name.substring(0, 64) : name;
        var clean = new StringBuilder();
        shown.chars().forEach(c -> clean.append(c > 0x20 && c < 0x7f ? (char) c : '?'));
        return clean.toString();
    }
}
