package gatehouse.rpc;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.TypeRegistry;
import com.google.protobuf.util.JsonFormat;
import gatehouse.problem.Problem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** JSON as messages of a type and back, by protobuf's own mapping. What does not fit is named by its place. */
final class Messages {
    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS) // what is no double becomes none
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();

    /** Types of {@code google.protobuf} have a JSON of their own, into which there is no looking. */
    private static final String WELL_KNOWN = "google.protobuf.";

    private static final int LONGEST = 500;

    /** Longest text of protobuf's reader that is told: there may be a value of the client's in it. */
    private static final int LONGEST_REASON = 120;

    /** With what a message begins that is another exception's. */
    private static final Pattern EXCEPTION = Pattern.compile("^(\\w+\\.)+[\\w$]+: ");

    /** Most values that are tried one by one, for the place of what does not fit: each costs as much as a message. */
    private static final int MOST_TRIED = 1000;

    private final TypeRegistry types;

    Messages(TypeRegistry types) {
        this.types = types;
    }

    /** Types that may stand in a {@code google.protobuf.Any}. */
    TypeRegistry types() {
        return types;
    }

    static ObjectNode object() {
        return JSON.createObjectNode();
    }

    /** Reads a text. */
    static JsonNode read(byte[] text) {
        try (var parser = JSON.createParser(text)) {
            try {
                JsonNode node = JSON.readTree(parser);
                if (node == null || node.isMissingNode()) {
                    throw bad("", "there is no JSON");
                }
                if (parser.nextToken() != null) {
                    throw bad("", "something follows the JSON" + place(parser));
                }
                return node;
            } catch (JsonProcessingException e) {
                throw bad("", whyUnread(e, parser) + place(parser));
            }
        } catch (IOException e) {
            throw bad("", "the body is not JSON");
        }
    }

    private static String place(JsonParser parser) {
        var at = parser.currentLocation();
        return " at line " + at.getLineNr() + ", column " + at.getColumnNr();
    }

    private static String whyUnread(JsonProcessingException e, JsonParser parser) throws IOException {
        if (e instanceof StreamConstraintsException) {
            return "the JSON is too deep, or has a name or a number that is too long,";
        }
        var isTwice = e.getOriginalMessage().startsWith("Duplicate field");
        return isTwice ? "the name " + cut(parser.currentName()) + " stands twice" : "the body is not JSON";
    }

    /** The message of an object; what it has to have may still be missing. */
    DynamicMessage message(Descriptor type, JsonNode json) {
        HugeNumbers.refuse(type, json);
        if (!json.isObject() && !type.getFullName().startsWith(WELL_KNOWN)) {
            throw bad("", "an object of " + type.getFullName() + " is expected");
        }
        var builder = DynamicMessage.newBuilder(type);
        try {
            merge(json, builder);
            return builder.buildPartial();
        } catch (InvalidProtocolBufferException | RuntimeException e) {
            var found = new Search().wrong(type, json, null);
            throw found == null ? bad("", reason(e)) : found;
        }
    }

    private void merge(JsonNode json, DynamicMessage.Builder into) throws InvalidProtocolBufferException {
        var text = json.toString();
        if (hasHalfOfPair(text)) {
            throw new IllegalArgumentException("a text has one half of a surrogate pair alone");
        }
        JsonFormat.parser().usingTypeRegistry(types).merge(text, into);
    }

    /** Whether a text has something that UTF-8, and so a message, can't say. */
    private static boolean hasHalfOfPair(String text) {
        for (var i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                if (i + 1 == text.length() || !Character.isSurrogatePair(text.charAt(i), text.charAt(i + 1))) {
                    return true;
                }
                i++;
            }
        }
        return false;
    }

    /** Looks for what does not fit; only where something does not. */
    private final class Search {
        private int left = MOST_TRIED;

        private @Nullable RuntimeException wrong(Descriptor type, JsonNode json, @Nullable At place) {
            if (!json.isObject()) {
                return bad(place, "an object of " + type.getFullName() + " is expected");
            }
            var told = new HashSet<Object>();
            for (var entry : json.properties()) {
                var at = At.field(place, entry.getKey());
                var field = field(type, entry.getKey());
                if (field == null) {
                    return bad(at, type.getFullName() + " has no such field");
                }
                var value = entry.getValue();
                var oneof = value.isNull() ? null : field.getContainingOneof();
                if (!told.add(field) || (oneof != null && !told.add(oneof))) {
                    return bad(at, "another name of it, or another field of its oneof, stands there too");
                }
                var isList = field.isRepeated() && !field.isMapField() && value.isArray();
                for (var i = 0; i < (isList ? value.size() : 1) && left > 0; i++) {
                    var one = isList ? value.get(i) : value;
                    var wrong = wrongValue(type, field, one, isList ? at.element(i) : at);
                    if (wrong != null) {
                        return wrong;
                    }
                }
            }
            return null;
        }

        private @Nullable RuntimeException wrongValue(Descriptor type, FieldDescriptor field, JsonNode value, At at) {
            left--;
            var isMessage = field.getJavaType() == FieldDescriptor.JavaType.MESSAGE
                    && !field.isMapField()
                    && !field.getMessageType().getFullName().startsWith(WELL_KNOWN);
            if (isMessage && !value.isNull()) {
                return wrong(field.getMessageType(), value, at);
            }
            var alone = object();
            if (field.isRepeated() && !field.isMapField()) {
                ArrayNode list = alone.putArray(field.getJsonName());
                list.add(value);
            } else {
                alone.set(field.getJsonName(), value);
            }
            try {
                merge(alone, DynamicMessage.newBuilder(type));
                return null;
            } catch (InvalidProtocolBufferException | RuntimeException e) {
                return bad(at, reason(e));
            }
        }
    }

    static @Nullable FieldDescriptor field(Descriptor type, String name) {
        for (var field : type.getFields()) {
            if (field.getJsonName().equals(name) || field.getName().equals(name)) {
                return field;
            }
        }
        return null;
    }

    /** The JSON of a message. */
    String json(DynamicMessage message) throws InvalidProtocolBufferException {
        return printer().print(message);
    }

    /** The JSON of a field of a message; its default where it is not there, and {@code null} where that is no value. */
    String json(DynamicMessage message, FieldDescriptor field) throws InvalidProtocolBufferException {
        var whole = printer().includingDefaultValueFields(Set.of(field)).print(message);
        var part = read(whole.getBytes(StandardCharsets.UTF_8)).get(field.getJsonName());
        return part == null ? "null" : part.toString();
    }

    private JsonFormat.Printer printer() {
        return JsonFormat.printer().usingTypeRegistry(types).omittingInsignificantWhitespace();
    }

    /** What protobuf's reader says, without the names of its classes, and without all of a long value. */
    private static String reason(Exception e) {
        var message = e.getMessage();
        return message == null
                ? "it does not fit"
                : cut(EXCEPTION.matcher(message).replaceFirst(""));
    }

    /** A text of the client, as much as is told of it. */
    static String cut(String text) {
        return text.length() > LONGEST_REASON ? text.substring(0, LONGEST_REASON) + "..." : text;
    }

    /** 400 that names the place. */
    static RuntimeException bad(@Nullable At place, String why) {
        return bad(place == null ? "" : place.toString(), why);
    }

    /** 400 that names the place. */
    static RuntimeException bad(String place, String why) {
        var text = place.isEmpty() ? why : place + ": " + why;
        return Problem.badRequest((text.length() > LONGEST ? text.substring(0, LONGEST) : text).replaceAll("\\s+", " "))
                .asFailure();
    }
}
