package gatehouse.admin;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a client of the bridge says, a JSON object as the clients of Vert.x's event bus write it.
 *
 * @param type {@code send}, {@code publish}, {@code register}, {@code unregister} or {@code ping}; whatever was said
 * @param address where to, or what it wants to hear of; null where it names none
 * @param reply where it expects an answer; null where it expects none
 * @param authorization what it named of itself in its headers, or null
 * @param body what it says; null where that is no object
 */
record BridgeMessage(
        String type,
        @Nullable String address,
        @Nullable String reply,
        @Nullable String authorization,
        @Nullable Map<String, ?> body) {
    private static final int LONGEST_REPLY = 64;

    /** Reads one; throws the problem to answer where it is no JSON object. */
    static BridgeMessage parse(String text) {
        var fields = JsonBody.plain(text);
        var type = text(fields, "type");
        var reply = text(fields, "replyAddress");
        return new BridgeMessage(
                type == null ? "" : type,
                text(fields, "address"),
                reply == null || reply.length() > LONGEST_REPLY ? null : reply,
                authorization(fields.get("headers")),
                object(fields.get("body")));
    }

    private static @Nullable String text(Map<String, ?> fields, String name) {
        return fields.get(name) instanceof String text ? text : null;
    }

    private static @Nullable String authorization(@Nullable Object headers) {
        if (headers instanceof Map<?, ?> fields) {
            for (var field : fields.entrySet()) {
                if ("authorization".equalsIgnoreCase(String.valueOf(field.getKey()))
                        && field.getValue() instanceof String text) {
                    return text;
                }
            }
        }
        return null;
    }

    /** Keys of what was JSON are texts. */
    @SuppressWarnings("unchecked")
    private static @Nullable Map<String, ?> object(@Nullable Object body) {
        return body instanceof Map<?, ?> map ? (Map<String, ?>) map : null;
    }
}
