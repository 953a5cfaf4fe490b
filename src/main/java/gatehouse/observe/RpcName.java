package gatehouse.observe;

import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What a call of gRPC is a call of, under the names of OpenTelemetry's conventions for RPC.
 *
 * @param service name with its package
 * @param method name of the method
 */
record RpcName(String service, String method) {
    static final String STATUS = "grpc-status";

    /** UNKNOWN, DEADLINE_EXCEEDED, UNIMPLEMENTED, INTERNAL, UNAVAILABLE and DATA_LOSS. */
    private static final Set<Integer> FAULTS = Set.of(2, 4, 12, 13, 14, 15);

    /** Of a path such as {@code /helloworld.Greeter/SayHello}; null of any other. */
    static @Nullable RpcName of(String path) {
        var slash = path.indexOf('/', 1);
        return slash < 2 || slash == path.length() - 1 || path.indexOf('/', slash + 1) >= 0
                ? null
                : new RpcName(path.substring(1, slash), path.substring(slash + 1));
    }

    /** The number of a status, -1 where it is none. */
    static int code(@Nullable String status) {
        try {
            return status == null ? -1 : Integer.parseInt(status);
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    /** Whether a status is an error of whoever serves, not of whoever calls. */
    static boolean isServersFault(int code) {
        return FAULTS.contains(code);
    }

    void putInto(BiConsumer<String, String> span) {
        span.accept("rpc.system", "grpc");
        span.accept("rpc.service", service);
        span.accept("rpc.method", method);
    }

    @Override
    public String toString() {
        return service + "/" + method;
    }
}
