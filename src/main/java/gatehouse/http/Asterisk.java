package gatehouse.http;

import gatehouse.exchange.Reply;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;

/** {@code OPTIONS *} is about the server that is asked, so it is answered here (RFC 9110 §9.3.7). */
final class Asterisk {
    private Asterisk() {}

    static Reply reply() {
        return Reply.of(204, HttpHeaders.headers(), Buffer.buffer());
    }
}
