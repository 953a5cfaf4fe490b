package gatehouse.exchange;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.ArrayList;

/** What the {@code Connection} fields of a message of HTTP/1.x say of its connection (RFC 9112 §9.3, §9.6). */
public final class ConnectionOptions {
    private static final String CLOSE = "close";
    private static final String KEEP_ALIVE = "keep-alive";

    private ConnectionOptions() {}

    /**
     * Makes {@code close} the first of these fields where it stands in any of their lists, and leaves no {@code keep-alive}
     * alone in one: Vert.x knows both by themselves only.
     */
    public static void putCloseFirst(HttpHeaders headers) {
        var first = headers.get(HttpHeaderNames.CONNECTION);
        if (first == null) {
            return;
        }
        var all = headers.getAll(HttpHeaderNames.CONNECTION);
        if (all.size() == 1 && (first.equalsIgnoreCase(CLOSE) || first.equalsIgnoreCase(KEEP_ALIVE))) {
            return;
        }
        var closes = false;
        for (var value : all) {
            closes |= Fields.hasToken(value, CLOSE);
        }
        if (!closes) {
            return;
        }
        var settled = new ArrayList<String>(all.size() + 1);
        settled.add(CLOSE);
        for (var value : all) {
            if (!value.equalsIgnoreCase(CLOSE) && !value.equalsIgnoreCase(KEEP_ALIVE)) {
                settled.add(value);
            }
        }
        headers.set(HttpHeaderNames.CONNECTION, settled);
    }
}
