package gatehouse.exchange;

import gatehouse.problem.Problem;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What makes an exchange a call of gRPC: how its messages are framed, and by when the caller wants an answer. Anybody may say so
 * of a request; only where its route carries calls ({@link #carry}) it is treated as one. Confined to its event loop.
 */
public final class GrpcCall {
    /** Media type of gRPC, and the beginning of all others. */
    public static final String MEDIA_TYPE = "application/grpc";

    private static final String WEB = MEDIA_TYPE + "-web";
    private static final String WEB_TEXT = WEB + "-text";
    private static final long NONE = Long.MAX_VALUE / 4;

    /** How long before its deadline a call is about over: a tenth of its time, within these bounds. */
    private static final long LEAST_ABOUT = TimeUnit.MILLISECONDS.toNanos(20);

    private static final long MOST_ABOUT = TimeUnit.MILLISECONDS.toNanos(500);

    /** More of a unit than this would be more digits than the protocol has. */
    private static final long MOST_OF_A_UNIT = 99_999_999;

    /** How messages are framed. */
    public enum Kind {
        /** As streams of HTTP/2. */
        PLAIN,
        /** With trailers in the body, for browsers. */
        WEB,
        /** The same in base64. */
        WEB_TEXT,
        /** As JSON, which the gateway makes messages of. */
        JSON
    }

    private final Kind kind;
    private final String contentType;
    private final long timeoutNanos;
    private final boolean chosenByCaller;
    private long endBy;
    private long aboutNanos;
    private long mostMessage = Long.MAX_VALUE;
    private boolean carried;
    private boolean idempotent;
    private @Nullable GrpcFrames answer;

    private GrpcCall(Kind kind, String contentType, long timeoutNanos, boolean chosenByCaller) {
        this.kind = kind;
        this.contentType = contentType;
        this.timeoutNanos = timeoutNanos;
        this.chosenByCaller = chosenByCaller && timeoutNanos != NONE;
    }

    /** The call that a request says to be, or null. Asked of every request: one with another method pays a comparison, any other one look-up. */
    public static @Nullable GrpcCall of(HttpMethod method, HttpVersion version, MultiMap headers) {
        if (!method.equals(HttpMethod.POST)) {
            return null;
        }
        var type = headers.get(HttpHeaders.CONTENT_TYPE);
        if (type == null || !type.regionMatches(true, 0, MEDIA_TYPE, 0, MEDIA_TYPE.length())) {
            return null;
        }
        var kind = kind(type);
        if (kind == null || (kind == Kind.PLAIN && version != HttpVersion.HTTP_2)) {
            return null;
        }
        return new GrpcCall(kind, type, timeout(headers.get("grpc-timeout")), true);
    }

    /** Why a request is no call, in words for its client. */
    public static String whyNone(HttpMethod method, MultiMap headers) {
        var type = headers.get(HttpHeaders.CONTENT_TYPE);
        var kind = type == null ? null : kind(type);
        if (kind == null) {
            return "The listener takes calls of gRPC and nothing else.";
        }
        return method.equals(HttpMethod.POST)
                ? "gRPC needs HTTP/2; over HTTP/1.1 there is gRPC-Web."
                : "A call of gRPC is a POST.";
    }

    private static @Nullable Kind kind(String type) {
        if (isOf(type, MEDIA_TYPE)) {
            return Kind.PLAIN;
        }
        return isOf(type, WEB) ? Kind.WEB : isOf(type, WEB_TEXT) ? Kind.WEB_TEXT : null;
    }

    /**
     * A call that the gateway makes of JSON.
     *
     * @param chosenByCaller whether the deadline is the caller's, and not the gateway's own
     */
    public static GrpcCall ofJson(MultiMap headers, boolean chosenByCaller) {
        return new GrpcCall(Kind.JSON, MEDIA_TYPE, timeout(headers.get("grpc-timeout")), chosenByCaller);
    }

    /** Whether a media type is this one, with whatever suffix and parameters. */
    private static boolean isOf(String type, String name) {
        var length = name.length();
        return type.regionMatches(true, 0, name, 0, length)
                && (type.length() == length || "+; ".indexOf(type.charAt(length)) >= 0);
    }

    /** Whether a media type is one of plain gRPC. */
    public static boolean isPlain(@Nullable String type) {
        return type != null && isOf(type, MEDIA_TYPE);
    }

    /**
     * Whether an answer is one to a call. A status of gRPC counts whatever that of HTTP is; without one there has to be a good one of
     * HTTP (gRPC, "HTTP to gRPC Status Code Mapping").
     */
    public static boolean isAnswer(int status, MultiMap headers) {
        return isPlain(headers.get(HttpHeaders.CONTENT_TYPE)) && (status == 200 || headers.contains("grpc-status"));
    }

    /** Nanoseconds; {@link #NONE} without a field, -1 for what is none: at most eight digits and a unit. */
    private static long timeout(@Nullable String field) {
        if (field == null) {
            return NONE;
        }
        var last = field.length() - 1;
        if (last < 1 || last > 8) {
            return -1;
        }
        var amount = 0L;
        for (var i = 0; i < last; i++) {
            var c = field.charAt(i);
            if (c < '0' || c > '9') {
                return -1;
            }
            amount = amount * 10 + c - '0';
        }
        return switch (field.charAt(last)) {
            case 'H' -> TimeUnit.HOURS.toNanos(amount);
            case 'M' -> TimeUnit.MINUTES.toNanos(amount);
            case 'S' -> TimeUnit.SECONDS.toNanos(amount);
            case 'm' -> TimeUnit.MILLISECONDS.toNanos(amount);
            case 'u' -> TimeUnit.MICROSECONDS.toNanos(amount);
            case 'n' -> amount;
            default -> -1;
        };
    }

    /** How its messages are framed. */
    public Kind kind() {
        return kind;
    }

    /** Whether it comes from a browser or the like, so that trailers are a part of the body. */
    public boolean isWeb() {
        return kind == Kind.WEB || kind == Kind.WEB_TEXT;
    }

    /** The media type as it came. */
    public String contentType() {
        return contentType;
    }

    /**
     * Its route carries calls: from here on its own deadline holds and not those of HTTP.
     *
     * @param startNanos when it began
     * @param most longest message, in bytes
     * @param longestNanos longest deadline
     * @param repeatable whether it may be sent again
     */
    public void carry(long startNanos, long most, long longestNanos, boolean repeatable) {
        if (timeoutNanos < 0) {
            throw Problem.badRequest("grpc-timeout is not one to eight digits and a unit.")
                    .asFailure();
        }
        carried = true;
        mostMessage = most;
        idempotent = repeatable;
        var span = hasDeadline() ? Math.min(timeoutNanos, longestNanos) : NONE;
        endBy = startNanos + span;
        aboutNanos = Math.max(LEAST_ABOUT, Math.min(span / 10, MOST_ABOUT));
    }

    /** Whether its route carries calls. */
    public boolean isCarried() {
        return carried;
    }

    /** Notes through what the messages of its answer pass. */
    public void answeredThrough(GrpcFrames frames) {
        answer = frames;
    }

    /** Whether a part of a message was answered, so that nothing but the rest of it may follow. */
    public boolean isAnswerInMessage() {
        return answer != null && answer.isInMessage();
    }

    /** Whether it may be sent again although it was processed. */
    public boolean isIdempotent() {
        return idempotent;
    }

    /** Longest message, in bytes. */
    public long mostMessage() {
        return mostMessage;
    }

    /** Whether it is said by when it has to be over. */
    public boolean hasDeadline() {
        return timeoutNanos != NONE;
    }

    /** Whether its caller said so: that it was not over by then says nothing of the service. */
    public boolean isDeadlineOfCaller() {
        return chosenByCaller;
    }

    /**
     * Whether its deadline has passed, or is so near that a service that broke off may have done so because of it: services end what is
     * late by themselves, and not by the same clock.
     */
    public boolean isAboutOver(long now) {
        return hasDeadline() && now - endBy + aboutNanos >= 0;
    }

    /** When it has to be over, on the monotonic clock; late where nobody said. */
    public long endBy() {
        return endBy;
    }

    /** What is left of its time, as {@code grpc-timeout} for whoever comes next. */
    public String timeLeft(long now) {
        var left = Math.max(1_000, endBy - now);
        if (left <= TimeUnit.MICROSECONDS.toNanos(MOST_OF_A_UNIT)) {
            return TimeUnit.NANOSECONDS.toMicros(left) + "u";
        }
        return left <= TimeUnit.MILLISECONDS.toNanos(MOST_OF_A_UNIT)
                ? TimeUnit.NANOSECONDS.toMillis(left) + "m"
                : TimeUnit.NANOSECONDS.toSeconds(left) + "S";
    }
}
