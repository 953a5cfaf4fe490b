package gatehouse.upstream;

import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;

/** What the head of an answer must be, whatever the protocol. */
final class AnswerRules {
    /** Most fields of a head; and most trailers. */
    static final int MAX_FIELDS = 200;

    private AnswerRules() {}

    /** RFC 9110 §15. */
    static boolean isStatus(CharSequence text) {
        if (text.length() != 3) {
            return false;
        }
        for (var i = 0; i < 3; i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return false;
            }
        }
        return true;
    }

    /** Whether it has a status and a framing that can be passed on. */
    static boolean isSound(int status, MultiMap headers) {
        var coding = headers.get(HttpHeaders.TRANSFER_ENCODING);
        // RFC 9112 §6.1: a coding that is not known can't be taken off, and what lies under it not be framed anew
        return status >= 200 && status <= 599 && (coding == null || coding.equalsIgnoreCase("chunked"));
    }
}
