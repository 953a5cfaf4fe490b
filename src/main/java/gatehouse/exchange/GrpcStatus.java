package gatehouse.exchange;

import gatehouse.problem.Origin;
import gatehouse.problem.Problem;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Status codes of gRPC, and what becomes one (gRPC over HTTP/2, "HTTP to gRPC Status Code Mapping"). */
public final class GrpcStatus {
    /** Done. */
    public static final int OK = 0;

    /** The caller gave up. */
    public static final int CANCELLED = 1;

    /** Nothing is known. */
    public static final int UNKNOWN = 2;

    /** What was asked makes no sense. */
    public static final int INVALID_ARGUMENT = 3;

    /** The time was over. */
    public static final int DEADLINE_EXCEEDED = 4;

    /** There is no such thing. */
    public static final int NOT_FOUND = 5;

    /** The caller may not. */
    public static final int PERMISSION_DENIED = 7;

    /** Too much of something. */
    public static final int RESOURCE_EXHAUSTED = 8;

    /** There is no such method. */
    public static final int UNIMPLEMENTED = 12;

    /** Somebody broke the protocol. */
    public static final int INTERNAL = 13;

    /** Not now. */
    public static final int UNAVAILABLE = 14;

    /** Nobody knows who calls. */
    public static final int UNAUTHENTICATED = 16;

    /** Name of the problem of a message that is longer than it may be. */
    public static final String TOO_LARGE = "message-too-large";

    /** Name of the problem of what is not framed as gRPC wants it. */
    public static final String MALFORMED = "message-malformed";

    /** Longest message that is passed on, in bytes as sent. */
    private static final int MOST_MESSAGE = 1024;

    private static final List<String> NAMES = List.of(
            "OK",
            "CANCELLED",
            "UNKNOWN",
            "INVALID_ARGUMENT",
            "DEADLINE_EXCEEDED",
            "NOT_FOUND",
            "ALREADY_EXISTS",
            "PERMISSION_DENIED",
            "RESOURCE_EXHAUSTED",
            "FAILED_PRECONDITION",
            "ABORTED",
            "OUT_OF_RANGE",
            "UNIMPLEMENTED",
            "INTERNAL",
            "UNAVAILABLE",
            "DATA_LOSS",
            "UNAUTHENTICATED");

    private GrpcStatus() {}

    /** The name of a code. */
    public static String name(int code) {
        return code >= 0 && code < NAMES.size() ? NAMES.get(code) : "UNKNOWN";
    }

    /** The code of a name, or -1. */
    public static int code(String name) {
        return NAMES.indexOf(name);
    }

    /** The code that a field says, {@link #UNKNOWN} for what is none, -1 where there is no field. */
    public static int parse(@Nullable String field) {
        if (field == null) {
            return -1;
        }
        if (field.isEmpty() || field.length() > 2) {
            return UNKNOWN;
        }
        var code = 0;
        for (var i = 0; i < field.length(); i++) {
            var c = field.charAt(i);
            if (c < '0' || c > '9') {
                return UNKNOWN;
            }
            code = code * 10 + c - '0';
        }
        return code < NAMES.size() ? code : UNKNOWN;
    }

    /** What a caller is told of a problem of the gateway's own. */
    public static int of(Problem problem) {
        if (problem.name().equals(TOO_LARGE)) {
            return RESOURCE_EXHAUSTED;
        }
        if (problem.name().equals(MALFORMED)) {
            return INTERNAL;
        }
        return switch (problem.status()) {
            case 400, 422 -> INVALID_ARGUMENT;
            case 401 -> UNAUTHENTICATED;
            case 403 -> PERMISSION_DENIED;
            case 404, 405, 501 -> UNIMPLEMENTED;
            case 408, 504 -> DEADLINE_EXCEEDED;
            case 413, 414, 429, 431 -> RESOURCE_EXHAUSTED;
            case 499 -> CANCELLED;
            case 500, 508 -> INTERNAL;
            case 502, 503 -> UNAVAILABLE;
            default -> UNKNOWN;
        };
    }

    /** The problem of a call that ended with a status which is not good. */
    public static Problem problem(int code, String detail) {
        var name = name(code);
        return new Problem(
                "grpc-" + name.toLowerCase(Locale.ROOT).replace('_', '-'),
                toHttp(code),
                "The call ended with " + name,
                detail,
                Origin.UPSTREAM,
                Map.of(),
                false);
    }

    /** What an answer that is not one of gRPC means. */
    public static int ofHttp(int status) {
        return switch (status) {
            case 400 -> INTERNAL;
            case 401 -> UNAUTHENTICATED;
            case 403 -> PERMISSION_DENIED;
            case 404 -> UNIMPLEMENTED;
            case 429, 502, 503, 504 -> UNAVAILABLE;
            default -> UNKNOWN;
        };
    }

    /** What it means when the other side resets a stream (gRPC over HTTP/2, "Errors"), by the code of HTTP/2. */
    public static int ofReset(long code) {
        if (code < 0 || code > 13) {
            return UNKNOWN;
        }
        return switch ((int) code) {
            case 7 -> UNAVAILABLE; // REFUSED_STREAM
            case 8 -> CANCELLED; // CANCEL
            case 11 -> RESOURCE_EXHAUSTED; // ENHANCE_YOUR_CALM
            case 12 -> PERMISSION_DENIED; // INADEQUATE_SECURITY
            case 13 -> UNKNOWN; // HTTP_1_1_REQUIRED
            default -> INTERNAL;
        };
    }

    /** What callers of JSON are told of a code (google.rpc.Code). */
    public static int toHttp(int code) {
        return switch (code) {
            case OK -> 200;
            case CANCELLED -> 499;
            case INVALID_ARGUMENT, 9, 11 -> 400;
            case DEADLINE_EXCEEDED -> 504;
            case NOT_FOUND -> 404;
            case 6, 10 -> 409;
            case PERMISSION_DENIED -> 403;
            case RESOURCE_EXHAUSTED -> 429;
            case UNIMPLEMENTED -> 501;
            case UNAVAILABLE -> 503;
            case UNAUTHENTICATED -> 401;
            default -> 500;
        };
    }

    /** A message as it stands in {@code grpc-message}: UTF-8, percent-encoded, at most a KiB. */
    public static String encoded(String message) {
        var text = new StringBuilder(message.length());
        for (var b : message.getBytes(StandardCharsets.UTF_8)) {
            if (text.length() > MOST_MESSAGE - 3) {
                break;
            }
            if (b >= ' ' && b < 0x7f && b != '%') {
                text.append((char) b);
            } else {
                text.append('%')
                        .append(Character.toUpperCase(Character.forDigit(b >> 4 & 15, 16)))
                        .append(Character.toUpperCase(Character.forDigit(b & 15, 16)));
            }
        }
        return text.toString();
    }

    /** A message as it is read from {@code grpc-message}; what is not encoded well stays as it is. */
    public static String decoded(String field) {
        var bytes = new java.io.ByteArrayOutputStream(field.length());
        for (var i = 0; i < field.length(); i++) {
            var c = field.charAt(i);
            if (c == '%' && i + 2 < field.length()) {
                var high = Character.digit(field.charAt(i + 1), 16);
                var low = Character.digit(field.charAt(i + 2), 16);
                if (high >= 0 && low >= 0) {
                    bytes.write(high << 4 | low);
                    i += 2;
                    continue;
                }
            }
            bytes.write(c);
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    /** A message of a service, cut to what is passed on. */
    public static String clipped(String field) {
        if (field.length() <= MOST_MESSAGE) {
            return field;
        }
        var end = MOST_MESSAGE;
        var percent = field.lastIndexOf('%', end - 1);
        if (percent >= 0 && percent > end - 3) {
            end = percent;
        }
        return field.substring(0, end);
    }
}
