package gatehouse.rpc;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Numbers in JSON that must not reach protobuf's reader. It takes {@code "1e999999999"} for an unsigned field, writes the number out in
 * full, and sees only then that it does not fit; a million digits cost it seconds, too. No number that fits is written like this.
 */
final class HugeNumbers {
    private static final int LONGEST = 400;
    private static final int EXPONENT_DIGITS = 3;
    private static final String ANY = "google.protobuf.Any";

    /** Messages of which a text is a text. */
    private static final Set<String> TEXTS = Set.of(
            "google.protobuf.StringValue",
            "google.protobuf.BytesValue",
            "google.protobuf.FieldMask",
            "google.protobuf.Value",
            "google.protobuf.Struct",
            "google.protobuf.ListValue");

    private HugeNumbers() {}

    /**
     * Looks at all numbers of an object.
     *
     * @throws gatehouse.problem.ProblemException which one is too large
     */
    static void refuse(Descriptor type, JsonNode json) {
        refuse(type, json, null);
    }

    private static void refuse(Descriptor type, JsonNode json, @Nullable At place) {
        if (json.isValueNode() && !TEXTS.contains(type.getFullName())) {
            refuseLeaf(json.asText(), place);
        }
        for (var entry : json.properties()) {
            var at = At.field(place, entry.getKey());
            if (type.getFullName().equals(ANY)) {
                refuseAll(entry.getValue(), at);
                continue;
            }
            var field = Messages.field(type, entry.getKey());
            if (field != null) {
                refuse(field, entry.getValue(), at);
            }
        }
    }

    private static void refuse(FieldDescriptor field, JsonNode value, At at) {
        if (value.isArray()) {
            for (var i = 0; i < value.size(); i++) {
                refuse(field, value.get(i), at.element(i));
            }
            return;
        }
        if (!value.isObject()) {
            if (!isText(field)) {
                refuseLeaf(value.asText(), at);
            }
            return;
        }
        if (field.isMapField()) {
            var key = field.getMessageType().findFieldByNumber(1);
            var held = field.getMessageType().findFieldByNumber(2);
            for (var entry : value.properties()) {
                if (!isText(key)) {
                    refuseLeaf(entry.getKey(), at);
                }
                refuse(held, entry.getValue(), At.field(at, entry.getKey()));
            }
        } else if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
            refuse(field.getMessageType(), value, at);
        }
    }

    private static boolean isText(FieldDescriptor field) {
        return switch (field.getJavaType()) {
            case STRING, BYTE_STRING, ENUM -> true;
            case MESSAGE -> TEXTS.contains(field.getMessageType().getFullName());
            default -> false;
        };
    }

    /** What is in an {@code Any} is of a type that only protobuf's reader looks up. */
    private static void refuseAll(JsonNode json, At at) {
        if (json.isValueNode()) {
            if (isHuge(json.asText())) {
                refuseLeaf(json.asText(), at);
            }
            return;
        }
        for (var one : json) {
            refuseAll(one, at);
        }
    }

    private static void refuseLeaf(String text, @Nullable At at) {
        if (text.length() > LONGEST || isHuge(text)) {
            throw Messages.bad(at, "the number is too large");
        }
    }

    /** Whether a text is a number that is too long, or has an exponent of more digits than one may have. */
    static boolean isHuge(String text) {
        var e = Math.max(text.lastIndexOf('e'), text.lastIndexOf('E'));
        var isSigned = e >= 0 && e + 1 < text.length() && (text.charAt(e + 1) == '+' || text.charAt(e + 1) == '-');
        if (text.length() <= LONGEST && (e < 1 || text.length() - e - (isSigned ? 2 : 1) <= EXPONENT_DIGITS)) {
            return false;
        }
        for (var i = 0; i < text.length(); i++) {
            var c = text.charAt(i);
            if ((c < '0' || c > '9') && c != '.' && c != '+' && c != '-' && i != e) {
                return false;
            }
        }
        return true;
    }
}
