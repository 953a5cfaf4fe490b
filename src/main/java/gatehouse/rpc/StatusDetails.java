package gatehouse.rpc;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.TypeRegistry;
import com.google.protobuf.UnknownFieldSet;
import com.google.protobuf.util.JsonFormat;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** What a service says of an error besides status and message: the details of {@code google.rpc.Status}, as JSON. */
final class StatusDetails {
    /** The field that has the status in base64, with padding or without. */
    static final String FIELD = "grpc-status-details-bin";

    /** Number of the details in the status. */
    private static final int DETAILS = 3;

    /** For the service's own people; it may have a stack trace. */
    private static final String DEBUG = "google.rpc.DebugInfo";

    private StatusDetails() {}

    /**
     * The list of them, by protobuf's own JSON mapping. What is of a type that nobody knows is told as its type and its bytes.
     *
     * @param field value of {@link #FIELD}, or null
     * @param types of the service
     * @return null where there are none, or what is there can't be read
     */
    static @Nullable String json(@Nullable String field, TypeRegistry types) {
        if (field == null) {
            return null;
        }
        var all = new ArrayList<String>();
        try {
            var status = UnknownFieldSet.parseFrom(Base64.getDecoder().decode(field));
            for (var bytes : status.getField(DETAILS).getLengthDelimitedList()) {
                var detail = Any.parseFrom(bytes);
                if (!typeOf(detail).equals(DEBUG)) {
                    all.add(json(detail, types));
                }
            }
        } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
            return null;
        }
        return all.isEmpty() ? null : "[" + String.join(",", all) + "]";
    }

    private static String json(Any detail, TypeRegistry types) {
        var known = types.find(typeOf(detail)) == null ? ErrorTypes.ALL : types;
        try {
            return JsonFormat.printer()
                    .usingTypeRegistry(known)
                    .omittingInsignificantWhitespace()
                    .print(detail);
        } catch (InvalidProtocolBufferException | RuntimeException e) {
            return new JsonObject()
                    .put("@type", detail.getTypeUrl())
                    .put(
                            "value",
                            Base64.getEncoder().encodeToString(detail.getValue().toByteArray()))
                    .encode();
        }
    }

    private static String typeOf(Any detail) {
        var url = detail.getTypeUrl();
        return url.substring(url.lastIndexOf('/') + 1);
    }
}
