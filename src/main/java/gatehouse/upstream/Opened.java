package gatehouse.upstream;

import io.vertx.core.http.HttpClientConnection;
import io.vertx.core.http.impl.HttpClientConnectionInternal;
import io.vertx.core.http.impl.UnpooledHttpClientConnection;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;

/** The connection behind what Vert.x gives of one that it does not keep, and does not offer. The handle is looked up once. */
final class Opened {
    private static final MethodHandle BEHIND;

    static {
        try {
            BEHIND = MethodHandles.privateLookupIn(UnpooledHttpClientConnection.class, MethodHandles.lookup())
                    .findGetter(UnpooledHttpClientConnection.class, "actual", HttpClientConnectionInternal.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private Opened() {}

    /** The connection itself. */
    static HttpClientConnectionInternal behind(HttpClientConnection connection) {
        try {
            return (HttpClientConnectionInternal) BEHIND.invokeExact((UnpooledHttpClientConnection) connection);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }
}
