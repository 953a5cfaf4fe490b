package gatehouse.forward;

import io.vertx.core.http.HttpClientConnection;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.impl.HttpClientConnectionInternal;
import io.vertx.core.http.impl.HttpClientRequestImpl;
import io.vertx.core.http.impl.HttpClientStream;
import io.vertx.core.http.impl.UnpooledHttpClientConnection;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/**
 * Requests on a connection that we keep ourselves, without what Vert.x does for those that it keeps. It has all that is needed
 * and does not offer it; the handles below are looked up once.
 */
final class Streams {
    private static final MethodHandle BEHIND;
    private static final MethodHandle REQUEST;

    static {
        var here = MethodHandles.lookup();
        try {
            BEHIND = MethodHandles.privateLookupIn(UnpooledHttpClientConnection.class, here)
                    .findGetter(UnpooledHttpClientConnection.class, "actual", HttpClientConnectionInternal.class);
            REQUEST = MethodHandles.privateLookupIn(HttpClientRequestImpl.class, here)
                    .findConstructor(
                            HttpClientRequestImpl.class,
                            MethodType.methodType(void.class, HttpConnection.class, HttpClientStream.class));
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private Streams() {}

    /** The connection itself. */
    static HttpClientConnectionInternal behind(HttpClientConnection connection) {
        try {
            return (HttpClientConnectionInternal) BEHIND.invokeExact((UnpooledHttpClientConnection) connection);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /** A request that goes as this stream. */
    static HttpClientRequestImpl request(HttpClientConnectionInternal connection, HttpClientStream stream) {
        try {
            return (HttpClientRequestImpl) REQUEST.invokeExact((HttpConnection) connection, stream);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }
}
