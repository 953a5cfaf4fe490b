package gatehouse.rpc;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnknownFieldSet;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * One {@code google.api.http} annotation of a method (google/api/http.proto).
 *
 * @param httpMethod such as {@code GET}; {@code *} for any
 * @param path what the path looks like
 * @param method what is called
 * @param body field that the body is, {@code *} for the whole message, empty for none
 * @param responseBody field that is answered, empty for the whole message
 */
record HttpBinding(String httpMethod, PathTemplate path, MethodDescriptor method, String body, String responseBody) {
    static final Comparator<HttpBinding> MOST_SPECIFIC_FIRST =
            Comparator.comparing(HttpBinding::path, PathTemplate.MOST_SPECIFIC_FIRST);

    /** Number of the extension {@code google.api.http} of a method's options. */
    private static final int HTTP = 72295728;

    private static final Map<Integer, String> METHODS = Map.of(2, "GET", 3, "PUT", 4, "POST", 5, "DELETE", 6, "PATCH");
    private static final int BODY = 7;
    private static final int CUSTOM = 8;
    private static final int MORE = 11;
    private static final int RESPONSE_BODY = 12;

    /** Those of a method. */
    static List<HttpBinding> of(MethodDescriptor method) {
        var bindings = new ArrayList<HttpBinding>();
        var options = method.getOptions().getUnknownFields();
        for (var rule : options.getField(HTTP).getLengthDelimitedList()) {
            add(bindings, method, rule);
        }
        return bindings;
    }

    private static void add(List<HttpBinding> bindings, MethodDescriptor method, ByteString rule) {
        UnknownFieldSet fields;
        try {
            fields = UnknownFieldSet.parseFrom(rule);
            var body = text(fields, BODY);
            var responseBody = text(fields, RESPONSE_BODY);
            METHODS.forEach((number, name) -> {
                if (fields.hasField(number)) {
                    bindings.add(new HttpBinding(
                            name, PathTemplate.parse(text(fields, number)), method, body, responseBody));
                }
            });
            for (var custom : fields.getField(CUSTOM).getLengthDelimitedList()) {
                var parts = UnknownFieldSet.parseFrom(custom);
                bindings.add(new HttpBinding(
                        text(parts, 1), PathTemplate.parse(text(parts, 2)), method, body, responseBody));
            }
            for (var more : fields.getField(MORE).getLengthDelimitedList()) {
                add(bindings, method, more);
            }
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalArgumentException("google.api.http of " + method.getFullName() + " can't be read", e);
        }
    }

    private static String text(UnknownFieldSet fields, int number) {
        var all = fields.getField(number).getLengthDelimitedList();
        return all.isEmpty() ? "" : all.get(all.size() - 1).toString(StandardCharsets.UTF_8);
    }

    boolean isFor(String asked) {
        return httpMethod.equals(asked) || httpMethod.equals("*");
    }
}
