package gatehouse.forward;

import gatehouse.exchange.Fields;
import io.netty.handler.codec.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** What a server answers to the key of a WebSocket's handshake, which shows that it has understood it (RFC 6455 §4.2.2). */
public final class WebSocketKeys {
    private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    private WebSocketKeys() {}

    /** The value of {@code Sec-WebSocket-Accept} for a key. */
    public static String answer(String key) {
        try {
            var digest =
                    MessageDigest.getInstance("SHA-1").digest((key.strip() + GUID).getBytes(StandardCharsets.US_ASCII));
            return Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every Java platform has it
        }
    }

    /** Whether the head of an answer with 101 is one to this key (RFC 6455 §4.1). */
    static boolean accepts(@Nullable String key, HttpHeaders answer) {
        var accept = answer.getAll("sec-websocket-accept");
        return key != null
                && accept.size() == 1
                && accept.get(0).strip().equals(answer(key))
                && Fields.hasToken(answer.get("upgrade"), "websocket")
                && answer.getAll("connection").stream().anyMatch(line -> Fields.hasToken(line, "upgrade"));
    }
}
