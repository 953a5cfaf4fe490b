package gatehouse.snapshot;

import gatehouse.config.ServiceConfig;
import gatehouse.forward.Interceptors;
import gatehouse.registry.Registry;
import gatehouse.service.Service;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.httpproxy.ProxyInterceptor;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The services of one snapshot as live objects, with the interceptors of each. */
final class LiveServices {
    private final Map<String, Service> all = new LinkedHashMap<>();
    private final List<Service> started = new ArrayList<>();
    private final Map<String, List<ProxyInterceptor>> interceptors;

    private LiveServices(Map<String, List<ProxyInterceptor>> interceptors) {
        this.interceptors = interceptors;
    }

    /** Starts services. */
    static final class Starter {
        private final Vertx vertx;
        private final Supplier<byte[]> stickyKey;
        private final LongSupplier nanoTime;
        private final Registry registry;

        /**
         * @param stickyKey signs cookies of services without a key of their own; asked for when there is one
         * @param nanoTime a clock such as {@link System#nanoTime}
         * @param registry followed by services that say so
         */
        Starter(Vertx vertx, Supplier<byte[]> stickyKey, LongSupplier nanoTime, Registry registry) {
            this.vertx = vertx;
            this.stickyKey = stickyKey;
            this.nanoTime = nanoTime;
            this.registry = registry;
        }

        /** Those of a blueprint: taken over from the snapshot before where nothing of them has changed, else started. */
        LiveServices start(Blueprint blueprint, @Nullable Snapshot previous) {
            var live = new LiveServices(interceptors(blueprint, previous)); // before any: a constructor may fail
            try {
                blueprint.config().services().forEach((name, config) -> {
                    var before = previous == null ? null : previous.services().get(name);
                    var tls = blueprint.tls().services().get(name);
                    if (before != null && before.config().equals(config) && Objects.equals(before.tls(), tls)) {
                        live.all.put(name, before);
                        return;
                    }
                    var service = Service.start(vertx, name, config, tls, stickyKey(config), nanoTime, registry);
                    live.started.add(service);
                    live.all.put(name, service);
                });
            } catch (RuntimeException e) {
                live.closeStarted();
                throw e;
            }
            return live;
        }

        private byte[] stickyKey(ServiceConfig config) {
            var sticky = config.balance().sticky();
            if (sticky == null) {
                return new byte[0];
            }
            var secret = sticky.secret();
            return secret == null ? stickyKey.get() : secret.getBytes(StandardCharsets.UTF_8);
        }
    }

    private static Map<String, List<ProxyInterceptor>> interceptors(Blueprint blueprint, @Nullable Snapshot previous) {
        var interceptors = new HashMap<String, List<ProxyInterceptor>>();
        if (previous != null) {
            var now = blueprint.config().services();
            for (var route : previous.routes().values()) {
                for (var plan : route.plans()) {
                    if (plan.service().config().equals(now.get(plan.service().name()))) {
                        interceptors.put(plan.service().name(), plan.interceptors());
                    }
                }
            }
        }
        blueprint
                .config()
                .services()
                .forEach((name, config) ->
                        interceptors.computeIfAbsent(name, made -> Interceptors.create(config.interceptors())));
        return interceptors;
    }

    /** All, by name. */
    Map<String, Service> all() {
        return all;
    }

    /** One that the blueprint has. */
    Service get(String name) {
        return Objects.requireNonNull(all.get(name), name);
    }

    /** What the requests of a service go through. */
    List<ProxyInterceptor> interceptors(String name) {
        return interceptors.getOrDefault(name, List.of());
    }

    /** Completes when each has looked up its targets' names once; never fails. */
    Future<?> ready() {
        return Future.join(all.values().stream().map(Service::ready).toList());
    }

    /** Ends those that were started for a snapshot which does not come about. */
    void closeStarted() {
        started.forEach(service -> service.close());
    }
}
