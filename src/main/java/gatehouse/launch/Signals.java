package gatehouse.launch;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;

/**
 * Signals of the operating system. {@code sun.misc.Signal} is the only way to them that Java has; it is asked for by name,
 * so that a runtime without it costs the signals and not the gateway.
 */
final class Signals {
    private Signals() {}

    /**
     * Runs something, on a thread of its own, each time a signal comes.
     *
     * @param name without {@code SIG}
     * @return whether that works here
     */
    static boolean on(String name, Runnable work) {
        try {
            var signal = Class.forName("sun.misc.Signal");
            var handler = Class.forName("sun.misc.SignalHandler");
            InvocationHandler handled = (proxy, method, arguments) -> {
                if (method.getName().equals("handle")) {
                    work.run();
                    return null;
                }
                return switch (method.getName()) {
                    case "hashCode" -> System.identityHashCode(proxy);
                    case "equals" -> proxy == arguments[0];
                    default -> "handler of SIG" + name;
                };
            };
            signal.getMethod("handle", signal, handler)
                    .invoke(
                            null,
                            signal.getConstructor(String.class).newInstance(name),
                            Proxy.newProxyInstance(handler.getClassLoader(), new Class<?>[] {handler}, handled));
            return true;
        } catch (ReflectiveOperationException e) {
            return false; // no such class, or the virtual machine keeps this signal for itself
        }
    }
}
