package gatehouse.admin;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import gatehouse.problem.Problem;
import gatehouse.problem.ProblemException;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A JSON object that a caller sent, read strictly: malformed JSON is 400, a field that does not belong there or has a wrong
 * value is 422 with the field's name.
 */
final class JsonBody {
    private static final int MAX_DEPTH = 64;
    private static final JsonMapper STRICT = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(MAX_DEPTH)
                            .build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private final JsonNode object;

    private JsonBody(JsonNode object) {
        this.object = object;
    }

    /** The body of a request, whose fields may be these and no others. */
    static JsonBody of(RoutingContext context, String... fields) {
        var object = parse(Bodies.text(context));
        if (!object.isObject()) {
            throw Problem.unprocessable("The body is not a JSON object.").asFailure();
        }
        var known = List.of(fields);
        object.fieldNames().forEachRemaining(name -> {
            if (!known.contains(name)) {
                throw refused(printable(name), "is not known here; known are " + String.join(", ", known));
            }
        });
        return new JsonBody(object);
    }

    /** The body of a request as plain values, whatever its fields. */
    static Map<String, Object> plain(RoutingContext context) {
        return plain(Bodies.text(context));
    }

    /** The body of a request, whatever JSON it is. */
    static JsonNode any(RoutingContext context) {
        return parse(Bodies.text(context));
    }

    /** A JSON object as plain values, whatever its fields. */
    static Map<String, Object> plain(String text) {
        var object = parse(text);
        if (!object.isObject()) {
            throw Problem.unprocessable("The body is not a JSON object.").asFailure();
        }
        return STRICT.convertValue(object, new TypeReference<Map<String, Object>>() {});
    }

    private static JsonNode parse(String text) {
        try {
            var read = STRICT.readTree(text);
            if (read.isMissingNode()) {
                throw Problem.badRequest("The body is not valid JSON: there is nothing but blanks.")
                        .asFailure();
            }
            return read;
        } catch (JsonProcessingException e) {
            var place = e.getLocation();
            var where = place == null ? "" : " at line " + place.getLineNr() + ", column " + place.getColumnNr();
            throw Problem.badRequest("The body is not valid JSON" + where + ".").asFailure(e);
        }
    }

    /** A text, or null where the field is absent. */
    @Nullable String text(String field) {
        var value = object.get(field);
        if (value == null) {
            return null;
        }
        if (!value.isTextual()) {
            throw refused(field, "is not text");
        }
        return value.textValue();
    }

    /** What one of these words stands for, or null where the field is absent. */
    <T> @Nullable T word(String field, Map<String, T> words) {
        var text = text(field);
        if (text == null) {
            return null;
        }
        var meant = words.get(text);
        if (meant == null) {
            throw refused(field, "is not one of " + String.join(", ", words.keySet()));
        }
        return meant;
    }

    /** A whole number, or null where the field is absent. */
    @Nullable Integer number(String field, int min, int max) {
        var value = object.get(field);
        if (value == null) {
            return null;
        }
        if (!value.isIntegralNumber() || !value.canConvertToInt() || value.intValue() < min || value.intValue() > max) {
            throw refused(field, "is not a whole number from " + min + " to " + max);
        }
        return value.intValue();
    }

    /** A word of yes or no; false where the field is absent. */
    boolean flag(String field) {
        var value = object.get(field);
        if (value != null && !value.isBoolean()) {
            throw refused(field, "is neither true nor false");
        }
        return value != null && value.booleanValue();
    }

    /** Texts in a row; empty where the field is absent. */
    List<String> list(String field) {
        var texts = new ArrayList<String>();
        var value = object.get(field);
        if (value == null) {
            return texts;
        }
        if (!value.isArray()) {
            throw refused(field, "is not a list");
        }
        for (var item : value) {
            if (!item.isTextual()) {
                throw refused(field, "has something in it that is not text");
            }
            texts.add(item.textValue());
        }
        return texts;
    }

    /** Texts by name; empty where the field is absent. */
    Map<String, String> texts(String field) {
        var texts = new LinkedHashMap<String, String>();
        var value = object.get(field);
        if (value == null) {
            return texts;
        }
        if (!value.isObject()) {
            throw refused(field, "is not an object");
        }
        value.fields().forEachRemaining(entry -> {
            if (!entry.getValue().isTextual()) {
                throw refused(field + "." + printable(entry.getKey()), "is not text");
            }
            texts.put(entry.getKey(), entry.getValue().textValue());
        });
        return texts;
    }

    /** The refusal of a field. */
    static ProblemException refused(String field, String why) {
        return Problem.unprocessable("The field " + field + " " + why + ".").asFailure();
    }

    private static String printable(String name) {
        var shown = name.length() > 64 ? name.substring(0, 64) : name;
        var clean = new StringBuilder();
        shown.chars().forEach(c -> clean.append(c > 0x20 && c < 0x7f ? (char) c : '?'));
        return clean.toString();
    }
}
