package gatehouse.forward;

import io.vertx.httpproxy.ProxyInterceptor;
import java.lang.reflect.Modifier;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The interceptors that a service with {@code forwarder: web-proxy} names, found on the class path. */
public final class Interceptors {
    private Interceptors() {}

    /** What a class name should be and is not, as a configuration problem says it; null for one that can be used. */
    public static @Nullable String expectation(String className) {
        Class<?> named;
        try {
            named = load(className);
        } catch (ClassNotFoundException | LinkageError e) {
            return "a class on the class path";
        }
        if (!ProxyInterceptor.class.isAssignableFrom(named)) {
            return "a class that implements " + ProxyInterceptor.class.getName();
        }
        var hasConstructor = false;
        for (var constructor : named.getConstructors()) {
            hasConstructor |= constructor.getParameterCount() == 0;
        }
        var canBeMade = Modifier.isPublic(named.getModifiers()) && !Modifier.isAbstract(named.getModifiers());
        return canBeMade && hasConstructor ? null : "a public class with a public constructor without arguments";
    }

    /**
     * Makes one interceptor per name; event loops share it, so it must be thread-safe.
     *
     * @throws IllegalStateException when a constructor fails
     */
    public static List<ProxyInterceptor> create(List<String> classNames) {
        return classNames.stream().map(Interceptors::create).toList();
    }

    private static ProxyInterceptor create(String className) {
        try {
            return (ProxyInterceptor) load(className).getConstructor().newInstance();
        } catch (ReflectiveOperationException | LinkageError e) {
            throw new IllegalStateException("the interceptor " + className + " can't be made", e);
        }
    }

    private static Class<?> load(String className) throws ClassNotFoundException {
        return Class.forName(className, false, Thread.currentThread().getContextClassLoader());
    }
}
