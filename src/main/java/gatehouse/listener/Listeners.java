package gatehouse.listener;

import gatehouse.config.ListenerConfig;
import gatehouse.tls.ServerTls;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.ThreadingModel;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The bound ports of a node. They outlive verticles and configurations: a reload opens and closes only what changed, and
 * a redeployed verticle takes over lanes without a socket being touched. Not thread-safe: one change at a time.
 */
public final class Listeners {
    /** Most connections where neither the configuration nor the limit of open files says less. */
    public static final String USUAL_CONNECTIONS = Integer.toString(Admission.USUAL);

    private final Vertx vertx;
    private final List<Lane> lanes;
    private final Admission admission = new Admission(OpenFiles.ofProcess(), System::nanoTime);
    private final Map<String, BoundListener> bound = new LinkedHashMap<>();

    /** Those of {@link #bound}, for readers on other threads. */
    private volatile Map<String, Gate> gates = Map.of();

    /**
     * Makes the lanes, each on an event loop of its own.
     *
     * @param count number of lanes; as many as there are event loops makes use of all of them
     */
    public Listeners(Vertx vertx, int count) {
        this.vertx = vertx;
        var made = new ArrayList<Lane>();
        for (var i = 0; i < count; i++) {
            made.add(new Lane(i, laneContext(vertx)));
        }
        lanes = List.copyOf(made);
    }

    /** A context that belongs to no verticle; contexts are given out to the event loops in turn. */
    private static Context laneContext(Vertx vertx) {
        return ((VertxInternal) vertx).createContext(ThreadingModel.EVENT_LOOP);
    }

    /** The most connections from clients for which the process may open files enough. */
    public int mostConnections() {
        return admission.files().carries();
    }

    /** What holds where {@code node.connections} is not configured, and why: {@code 300 (for 1024 open files)}. */
    public static String usualConnections() {
        return usualConnections(OpenFiles.ofProcess());
    }

    static String usualConnections(OpenFiles files) {
        var carried = files.carries();
        return carried < Admission.USUAL ? carried + " (for " + files.limit() + " open files)" : USUAL_CONNECTIONS;
    }

    /** The most clients of datagrams for which the process may open files. */
    public int mostDatagramClients() {
        return admission.files().datagramClients();
    }

    /** How many files the process must be allowed to open for so many connections from clients. */
    public static long filesFor(int connections) {
        return OpenFiles.neededFor(connections);
    }

    /** The most files that the process may have open. */
    public long mostFiles() {
        return admission.files().limit();
    }

    /**
     * Limits the connections from clients, over all listeners.
     *
     * @param most null for the usual limit, or what the limit of open files allows
     */
    public void limitConnections(@Nullable Integer most) {
        admission.limit(most);
    }

    /** How many connections were closed as soon as they came, by listener and by the reason why. Callable from any thread. */
    public Map<String, Map<String, Long>> refused() {
        var refused = new LinkedHashMap<String, Map<String, Long>>();
        gates.forEach((name, gate) -> refused.put(name, gate.refused()));
        return refused;
    }

    /** The lanes. */
    public List<Lane> lanes() {
        return lanes;
    }

    /**
     * Binds what is wanted and not bound yet; nothing is closed. When one can't be bound, none is: those that were
     * bound by this call are closed again.
     *
     * @return what has to be done once the change is in force: unneeded listeners are closed, each giving the exchanges
     *     on it the grace to end; fails with a {@link BindException}
     */
    public Future<Change> prepare(Map<String, ListenerConfig> wanted) {
        return prepare(wanted, Map.of());
    }

    /**
     * As {@link #prepare(Map)}.
     *
     * @param tls what encrypts those listeners that do
     */
    public Future<Change> prepare(Map<String, ListenerConfig> wanted, Map<String, ServerTls> tls) {
        var opened = new LinkedHashMap<String, BoundListener>();
        Future<Void> chain = Future.succeededFuture();
        for (var entry : wanted.entrySet()) {
            var present = bound.get(entry.getKey());
            if (present == null || !present.fits(entry.getValue())) {
                chain = chain.compose(done -> BoundListener.bind(
                                vertx,
                                lanes,
                                entry.getKey(),
                                entry.getValue(),
                                tls.get(entry.getKey()),
                                gate(entry.getKey(), entry.getValue()))
                        .onSuccess(listener -> opened.put(entry.getKey(), listener))
                        .mapEmpty());
            }
        }
        return chain.map(done -> new Change(wanted, tls, opened)).recover(cause -> {
            var closing = opened.values().stream()
                    .map(listener -> listener.close(Duration.ZERO))
                    .toList();
            return Future.join(closing).transform(closed -> Future.failedFuture(cause));
        });
    }

    /** A socket that is bound already keeps its gate: Vert.x gives one socket to all servers of one address. */
    private Gate gate(String name, ListenerConfig config) {
        return bound.values().stream()
                .filter(present -> config.listen().port() != 0
                        && present.config().listen().equals(config.listen())
                        && present.config().isUdp() == config.isUdp())
                .map(BoundListener::gate)
                .findFirst()
                .orElseGet(() -> new Gate(admission, name, config));
    }

    /** Ports by listener, as bound; the system's choice where port 0 was configured. */
    public Map<String, Integer> ports() {
        var ports = new LinkedHashMap<String, Integer>();
        bound.forEach((name, listener) -> ports.put(name, listener.port()));
        return ports;
    }

    /** Stops accepting and closes everything, each connection when its exchange is over or the grace has passed. */
    public Future<Void> close(Duration grace) {
        return close(grace, grace);
    }

    /**
     * As {@link #close(Duration)}.
     *
     * @param streams the grace of connections that carry bytes of any protocol
     */
    public Future<Void> close(Duration grace, Duration streams) {
        var closing = bound.values().stream()
                .map(listener -> listener.leave()
                        .compose(left -> listener.close(listener.config().isHttp() ? grace : streams)))
                .toList();
        bound.clear();
        return Future.join(closing).mapEmpty();
    }

    /** A set of listeners that is bound and waits to be put in force. */
    public final class Change {
        private final Map<String, ListenerConfig> wanted;
        private final Map<String, ServerTls> tls;
        private final Map<String, BoundListener> opened;

        private Change(
                Map<String, ListenerConfig> wanted, Map<String, ServerTls> tls, Map<String, BoundListener> opened) {
            this.wanted = wanted;
            this.tls = tls;
            this.opened = opened;
        }

        /**
         * Takes leave of listeners that go: they accept no more, and what they accepted has a moment to be asked for while
         * the former configuration still serves it.
         */
        public Future<Void> leave() {
            var leaving = going().stream()
                    .map(name -> Objects.requireNonNull(bound.get(name)))
                    .filter(listener -> !isTakenOver(listener))
                    .map(listener -> listener.leave())
                    .toList();
            return Future.join(leaving).mapEmpty();
        }

        private List<String> going() {
            return bound.keySet().stream()
                    .filter(name -> !wanted.containsKey(name) || opened.containsKey(name))
                    .toList();
        }

        /** Vert.x gives one socket to all servers of one address, those of another listener too. */
        private boolean isTakenOver(BoundListener going) {
            return opened.values().stream()
                    .anyMatch(listener ->
                            listener.config().listen().equals(going.config().listen())
                                    && listener.config().isUdp()
                                            == going.config().isUdp()
                                    && listener.port() == going.port());
        }

        /**
         * Makes it the set in force.
         *
         * @param grace time for exchanges on listeners that go
         * @return completes when those are closed
         */
        public Future<Void> commit(Duration grace) {
            return commit(grace, grace);
        }

        /**
         * As {@link #commit(Duration)}.
         *
         * @param streams time for connections that carry bytes of any protocol
         */
        public Future<Void> commit(Duration grace, Duration streams) {
            var gone = going().stream()
                    .map(name -> Objects.requireNonNull(bound.remove(name)))
                    .map(listener -> listener.close(listener.config().isHttp() ? grace : streams))
                    .toList();
            bound.putAll(opened);
            var now = new LinkedHashMap<String, Gate>();
            wanted.forEach((name, config) -> {
                var listener = Objects.requireNonNull(bound.get(name));
                listener.adopt(name, config, tls.get(name));
                now.put(name, listener.gate());
            });
            gates = now;
            return Future.join(gone).mapEmpty();
        }

        /** Gives it up: what it opened is closed. */
        public Future<Void> rollBack() {
            var closing = opened.values().stream()
                    .map(listener -> listener.close(Duration.ZERO))
                    .toList();
            return Future.join(closing).mapEmpty();
        }
    }
}
