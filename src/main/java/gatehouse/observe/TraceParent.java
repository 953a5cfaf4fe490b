package gatehouse.observe;

import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanId;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceId;
import io.opentelemetry.api.trace.TraceState;

/** The field {@code traceparent} of W3C Trace Context, {@code 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01}. */
final class TraceParent {
    private static final int LENGTH = 55;
    private static final int SPAN = 36;
    private static final int FLAGS = 53;

    private TraceParent() {}

    /** Whether the text is one of version 00, or of a later one that begins alike. */
    static boolean isValid(String text) {
        if (text.length() < LENGTH
                || text.charAt(2) != '-'
                || text.charAt(SPAN - 1) != '-'
                || text.charAt(FLAGS - 1) != '-') {
            return false;
        }
        if (!isHex(text, 0, 2)
                || !isHex(text, 3, SPAN - 1)
                || !isHex(text, SPAN, FLAGS - 1)
                || !isHex(text, FLAGS, LENGTH)
                || text.startsWith("ff")) {
            return false;
        }
        var isKnown = text.startsWith("00");
        return (isKnown ? text.length() == LENGTH : text.length() == LENGTH || text.charAt(LENGTH) == '-')
                && !isZero(text, 3, SPAN - 1)
                && !isZero(text, SPAN, FLAGS - 1);
    }

    /** Whether whoever sent a valid one records the trace. */
    static boolean isSampled(String valid) {
        return (Character.digit(valid.charAt(LENGTH - 1), 16) & 1) != 0;
    }

    /** The sender's span. */
    static SpanContext context(String valid) {
        return SpanContext.createFromRemoteParent(
                valid.substring(3, 3 + TraceId.getLength()),
                valid.substring(SPAN, SPAN + SpanId.getLength()),
                TraceFlags.getSampled(),
                TraceState.getDefault());
    }

    /** What is sent on of a span that is recorded. */
    static String of(SpanContext context) {
        return "00-" + context.getTraceId() + "-" + context.getSpanId() + "-01";
    }

    private static boolean isHex(String text, int from, int to) {
        for (var i = from; i < to; i++) {
            var c = text.charAt(i);
            if (!(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'f')) {
                return false;
            }
        }
        return true;
    }

    private static boolean isZero(String text, int from, int to) {
        for (var i = from; i < to; i++) {
            if (text.charAt(i) != '0') {
                return false;
            }
        }
        return true;
    }
}
