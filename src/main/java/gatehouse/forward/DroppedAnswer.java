package gatehouse.forward;

import gatehouse.upstream.TargetAnswer;
import gatehouse.upstream.TargetRequest;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;

/**
 * An answer that nobody wants, as another try follows. A short one is read to its end so that its connection can serve again; any
 * other costs the connection.
 */
final class DroppedAnswer {
    private static final int MOST_DIGITS = 4;

    /** How long its rest is waited for. */
    private static final int WAIT_MILLIS = 1_000;

    private DroppedAnswer() {}

    /** Whether it announces so little that reading it costs less than another connection. */
    static boolean isShort(TargetAnswer answer) {
        var length = answer.headers().get(HttpHeaders.CONTENT_LENGTH);
        return length != null && length.length() <= MOST_DIGITS;
    }

    /** Reads it to its end, if that comes soon: nothing else watches over it any more, and its connection is one of a few. */
    static void drain(TargetAnswer answer, TargetRequest request, Vertx vertx) {
        var timer = vertx.setTimer(WAIT_MILLIS, late -> request.abandon());
        answer.endHandler(end -> vertx.cancelTimer(timer)).resume();
    }
}
