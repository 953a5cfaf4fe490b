package gatehouse.forward;

import gatehouse.service.Service;
import gatehouse.upstream.TargetConnections;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The services that exchanges of one event loop go to: their connections, and who may use them. Confined to its event loop. */
final class HeldServices {
    private final Vertx vertx;
    private final Deadlines deadlines;
    private final int lanes;
    private final long sweeper;
    private final IdentityHashMap<Service, Held> all = new IdentityHashMap<>();

    /** Those that were not gone the last time; null before there was one. */
    private @Nullable Set<Service> live;

    /**
     * @param lanes number of event loops that share a service's limits
     */
    HeldServices(Vertx vertx, Deadlines deadlines, int lanes) {
        this.vertx = vertx;
        this.deadlines = deadlines;
        this.lanes = lanes;
        this.sweeper = vertx.setPeriodic(
                TargetConnections.SWEEP_MILLIS, id -> all.values().forEach(held -> held.connections.sweep()));
    }

    /** The connections to a service, which stay open until they are released as often as they were held. */
    Held hold(Service service) {
        var held = all.get(service);
        if (held == null) {
            held = new Held(service, new Admission(service, deadlines, lanes));
            held.retired = live != null && !live.contains(service);
            all.put(service, held);
        }
        held.hold();
        return held;
    }

    /** Closes the connections to services that are gone, each as soon as the last exchange with it has ended. */
    void retain(Set<Service> services) {
        live = services;
        for (var held : List.copyOf(all.values())) {
            held.retired = !services.contains(held.service);
            held.closeUnused();
        }
    }

    Future<?> close(Duration grace) {
        vertx.cancelTimer(sweeper);
        var closing = new ArrayList<Future<Void>>();
        all.values().forEach(held -> {
            held.service.unwatch(held.admission);
            closing.add(held.connections.close(grace));
        });
        all.clear();
        return Future.join(closing);
    }

    /** Connections to a service, who may use them now, and how many do. */
    final class Held {
        private final Service service;
        private final TargetConnections connections;
        private final Admission admission;
        private int holders;
        private boolean retired;

        private Held(Service service, Admission admission) {
            this.service = service;
            this.connections = new TargetConnections(
                    vertx,
                    service,
                    Admission.mostPerTarget(service.config(), lanes),
                    Admission.connectionsPerTarget(service.config(), lanes));
            this.admission = admission;
            service.watch(admission);
        }

        TargetConnections connections() {
            return connections;
        }

        Admission admission() {
            return admission;
        }

        void hold() {
            holders++;
        }

        void release() {
            holders--;
            closeUnused();
        }

        private void closeUnused() {
            if (retired && holders == 0 && all.remove(service, this)) {
                service.unwatch(admission);
                connections.close();
            }
        }
    }
}
