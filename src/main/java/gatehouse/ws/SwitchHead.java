package gatehouse.ws;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.vertx.core.MultiMap;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** The head of the answer by which a connection becomes a WebSocket. */
final class SwitchHead {
    private static final String BEGINNING =
            "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n";

    private SwitchHead() {}

    /** With these fields besides; those of the connection, and of a body that there is not, are left out. */
    static ByteBuf of(ByteBufAllocator alloc, MultiMap fields) {
        var head = alloc.buffer(512);
        head.writeCharSequence(BEGINNING, StandardCharsets.US_ASCII);
        for (Map.Entry<String, String> field : fields) {
            var name = field.getKey();
            if (!name.equalsIgnoreCase("connection")
                    && !name.equalsIgnoreCase("content-length")
                    && !name.equalsIgnoreCase("transfer-encoding")) {
                head.writeCharSequence(name, StandardCharsets.ISO_8859_1);
                head.writeByte(':').writeByte(' ');
                head.writeCharSequence(field.getValue(), StandardCharsets.ISO_8859_1);
                head.writeByte('\r').writeByte('\n');
            }
        }
        return head.writeByte('\r').writeByte('\n');
    }
}
