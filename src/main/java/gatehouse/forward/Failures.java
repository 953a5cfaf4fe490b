package gatehouse.forward;

import gatehouse.exchange.Exchange;
import gatehouse.exchange.GrpcCall;
import gatehouse.exchange.GrpcStatus;
import gatehouse.problem.Origin;
import gatehouse.problem.Problem;
import gatehouse.problem.ProblemException;
import io.netty.handler.codec.http2.Http2Exception;
import io.vertx.core.http.ConnectionPoolTooBusyException;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.StreamResetException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Tells from an exception what went wrong on the way to a target, and what the client may know of it. */
final class Failures {
    private static final Problem CLIENT_GONE = new Problem(
            "client-closed",
            499,
            "The client went away",
            "The client went away.",
            Origin.CLIENT,
            java.util.Map.of(),
            true);

    /** One for all: under overload a refusal must cost next to nothing. */
    private static final Failure OVERLOAD = new Failure(
            Failure.Kind.OVERLOAD,
            Problem.unavailable("overload", "Too many requests wait for the service.", 1, Origin.GATEWAY)
                    .asFailure(),
            null);

    private static final Failure NO_TARGET = new Failure(
            Failure.Kind.NO_TARGET,
            Problem.unavailable("no-target", "No target of the service can take the request.", 1, Origin.UPSTREAM)
                    .asFailure(),
            null);

    private static final Problem NOT_HTTP =
            Problem.badGateway("upstream-protocol-error", "The service's answer is not valid HTTP.");

    private static final Problem DEADLINE =
            GrpcStatus.problem(GrpcStatus.DEADLINE_EXCEEDED, "The call's deadline has passed.");

    private Failures() {}

    /** No connection came about. */
    static Failure connecting(Throwable cause) {
        if (cause instanceof ConnectionPoolTooBusyException) {
            return OVERLOAD;
        }
        if (cause instanceof TimeoutException) {
            return connectTimeout();
        }
        var refused = cause instanceof ConnectException || cause instanceof UnknownHostException;
        return new Failure(
                Failure.Kind.CONNECT,
                Problem.badGateway(
                                refused ? "upstream-connect-refused" : "upstream-connect-failed",
                                "No connection to the service came about.")
                        .asFailure(cause),
                "connect: " + describe(cause));
    }

    /** No place at the service, and as many requests wait as may, or waited as long as they may. */
    static Failure overload() {
        return OVERLOAD;
    }

    /** No target takes requests. */
    static Failure noTarget() {
        return NO_TARGET;
    }

    /** The time for the whole exchange is over before anything was answered. */
    static Failure totalTimeout(Exchange exchange) {
        return new Failure(Failure.Kind.NOT_THE_TARGET, tooLong(exchange).asFailure(), null);
    }

    /** The time for the whole exchange is over. */
    static Problem tooLong(Exchange exchange) {
        return exchange.carriedCall() == null
                ? Problem.gatewayTimeout("total-timeout", "The whole exchange took too long.")
                : DEADLINE;
    }

    /** Nobody waits for an answer any more. */
    static Failure left() {
        return new Failure(Failure.Kind.NOT_THE_TARGET, clientGone(), null);
    }

    static Failure connectTimeout() {
        return new Failure(
                Failure.Kind.CONNECT,
                Problem.gatewayTimeout("connect-timeout", "No connection to the service came about in time.")
                        .asFailure(),
                "connect: timed out");
    }

    /**
     * The connection was there, the answer did not come.
     *
     * @param kept whether the connection had served before
     */
    static Failure waiting(Throwable cause, boolean kept, Exchange exchange) {
        if (isAtDeadline(cause, exchange)) {
            return new Failure(
                    isAtCallersDeadline(cause, exchange) ? Failure.Kind.NOT_THE_TARGET : Failure.Kind.TIMEOUT,
                    DEADLINE.asFailure(cause),
                    "broke off at the call's deadline");
        }
        if (isEndOfConnection(cause)) {
            var problem = Problem.badGateway("upstream-reset", "The service broke off before it answered.");
            return new Failure(
                    kept ? Failure.Kind.STALE : Failure.Kind.RESET,
                    forCall(problem, cause, exchange).asFailure(cause),
                    "broke off before an answer");
        }
        return garbage(forCall(NOT_HTTP, cause, exchange), cause);
    }

    /** An answer that broke off. */
    static Problem truncated(Throwable cause, Exchange exchange) {
        if (isAtDeadline(cause, exchange)) {
            return DEADLINE;
        }
        var problem = Problem.badGateway("upstream-truncated", "The service broke off in the middle of its answer.");
        return forCall(problem, cause, exchange);
    }

    /** Whether a body over HTTP/2 can't be read to its end because its client has left, not because it is broken. */
    static boolean isClientGone(Throwable cause, Exchange exchange) {
        return exchange.version() == HttpVersion.HTTP_2 && isEndOfConnection(cause);
    }

    /** Whether a target broke off because of a deadline that the caller chose, so that nobody is to blame. */
    static boolean isAtCallersDeadline(Throwable cause, Exchange exchange) {
        var call = exchange.carriedCall();
        return call != null && call.isDeadlineOfCaller() && isAtDeadline(cause, exchange);
    }

    /** Whether a target broke off as one does when the deadline of its call passes, and at about that time. */
    private static boolean isAtDeadline(Throwable cause, Exchange exchange) {
        var call = exchange.carriedCall();
        if (call == null || !call.isAboutOver(System.nanoTime())) {
            return false;
        }
        if (!(cause instanceof StreamResetException reset)) {
            return isEndOfConnection(cause);
        }
        return switch (GrpcStatus.ofReset(reset.getCode())) {
            case GrpcStatus.CANCELLED, GrpcStatus.INTERNAL, GrpcStatus.UNAVAILABLE -> true;
            default -> false; // such say why
        };
    }

    /** A caller is told what the reset of the stream meant, as if it had come to it. */
    private static Problem forCall(Problem problem, Throwable cause, Exchange exchange) {
        var call = exchange.carriedCall();
        if (call == null || call.kind() == GrpcCall.Kind.JSON) {
            return problem;
        }
        if (cause instanceof Http2Exception.HeaderListSizeException) { // the next try would be told the same
            return problem.with("grpc-status", Integer.toString(GrpcStatus.RESOURCE_EXHAUSTED));
        }
        return cause instanceof StreamResetException reset
                ? problem.with("grpc-status", Integer.toString(GrpcStatus.ofReset(reset.getCode())))
                : problem;
    }

    /** The target said that it has done nothing for the request. */
    static Failure unprocessed(Throwable cause) {
        return new Failure(
                Failure.Kind.UNPROCESSED,
                Problem.badGateway("upstream-reset", "The service refused the request before it looked at it.")
                        .asFailure(cause),
                "refused the request");
    }

    /** Whether a failure tells that a connection or stream is gone, and not of what came on it. */
    static boolean isEndOfConnection(Throwable cause) {
        return cause instanceof io.vertx.core.http.HttpClosedException
                || cause instanceof StreamResetException
                || cause instanceof java.io.IOException;
    }

    /** What came is not an HTTP answer. */
    static Failure garbage(@Nullable Throwable cause) {
        return garbage(NOT_HTTP, cause);
    }

    private static Failure garbage(Problem problem, @Nullable Throwable cause) {
        return new Failure(
                Failure.Kind.GARBAGE, cause == null ? problem.asFailure() : problem.asFailure(cause), "no valid HTTP");
    }

    /** The gateway failed on its own side of the request. */
    static Failure internal(Throwable cause) {
        return new Failure(Failure.Kind.NOT_THE_TARGET, Problem.internal().asFailure(cause), null);
    }

    /** Nobody waits for an answer any more. */
    static ProblemException clientGone() {
        return CLIENT_GONE.asFailure();
    }

    private static String describe(Throwable cause) {
        var message = cause.getMessage();
        return message == null ? cause.getClass().getSimpleName() : message;
    }
}
