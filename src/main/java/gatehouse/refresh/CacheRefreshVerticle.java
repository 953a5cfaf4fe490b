package gatehouse.refresh;

import gatehouse.bus.Subscription;
import gatehouse.bus.Verb;
import gatehouse.cache.ResponseCache;
import gatehouse.exchange.Errand;
import gatehouse.exchange.Exchange;
import gatehouse.forward.Forwarder;
import gatehouse.forward.Plan;
import gatehouse.policy.Policy;
import gatehouse.policy.cache.Caching;
import gatehouse.problem.Problem;
import gatehouse.route.Match;
import gatehouse.snapshot.ConfigChanged;
import gatehouse.snapshot.Route;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fetches what no client asks for just now: answers to {@code gatehouse.cache.refresh}, and the warm-up list at its start and after a
 * purge.
 */
public final class CacheRefreshVerticle extends VerticleBase {
    private static final Verb REFRESH = Verb.of("gatehouse.cache.refresh");
    private static final Duration LONGEST = Duration.ofMinutes(1);
    private static final Logger LOG = LoggerFactory.getLogger(CacheRefreshVerticle.class);

    private final RefreshNode node;
    private final List<Subscription> subscriptions = new ArrayList<>();
    private @Nullable Forwarder forwarder;
    private @Nullable Own refresher;
    private long number;

    /** An instance of a deployment. */
    public CacheRefreshVerticle(RefreshNode node) {
        this.node = node;
    }

    @Override
    public Future<?> start() {
        forwarder = new Forwarder(
                vertx,
                node.lanes() + 1,
                node.snapshots().current().config().node().name());
        subscriptions.add(ConfigChanged.TOPIC.subscribe(
                vertx, changed -> forwarder().retain(node.snapshots().current().liveServices())));
        subscriptions.add(REFRESH.serveLater(vertx, this::refresh));
        var own = new Own(vertx.getOrCreateContext());
        refresher = own;
        node.cache().refreshedBy(own);
        return Future.all(subscriptions.stream().map(Subscription::ready).toList())
                .onSuccess(listening -> warmUp());
    }

    /** What the cache of this node has it do. */
    private final class Own implements ResponseCache.Refresher {
        private final Context loop;

        Own(Context loop) {
            this.loop = loop;
        }

        @Override
        public Future<?> refresh(String url, Map<String, String> fields) {
            return REFRESH.askHere(vertx, Map.of("key", url, "request", new JsonObject(Map.copyOf(fields))), LONGEST);
        }

        @Override
        public void purged() {
            loop.runOnContext(purged -> warmUp());
        }
    }

    private Forwarder forwarder() {
        return Objects.requireNonNull(forwarder);
    }

    /** {@code key} is the URL, {@code request} the fields of the request, by which the answer may vary. */
    private Future<Map<String, Object>> refresh(Map<String, Object> message) {
        if (!(message.get("key") instanceof String url)) {
            throw Problem.unprocessable("The field key is not a URL.").asFailure();
        }
        var fields = HttpHeaders.headers();
        if (message.get("request") instanceof Map<?, ?> given) {
            given.forEach((name, value) -> fields.add(String.valueOf(name), String.valueOf(value)));
        }
        return fetch(url, fields).map(generation -> Map.of("stored", generation > 0, "index", generation));
    }

    private void warmUp() {
        for (var url : node.snapshots().current().config().cache().warm()) {
            try {
                fetch(url, HttpHeaders.headers())
                        .onFailure(cause -> LOG.warn("cache: warm-up of {} failed: {}", url, cause.getMessage()));
            } catch (RuntimeException e) {
                LOG.warn("cache: warm-up of {} failed: {}", url, e.getMessage());
            }
        }
    }

    /** Completes with the number under which the answer is stored, 0 where it is not. */
    private Future<Long> fetch(String url, MultiMap fields) {
        var snapshot = node.snapshots().current();
        for (var listener : snapshot.config().listeners().keySet()) {
            var exchange = Errand.to("refresh-" + ++number, listener, url, fields);
            if (snapshot.table(listener).find(exchange) instanceof Match.Found<Route> found
                    && caching(found.value()) instanceof Caching caching
                    && leadsToServices(found.value())) {
                exchange.routedTo(found.name(), found.pattern());
                return caching.fetchAnew(exchange, last -> ask(last, found.value()));
            }
        }
        return Future.failedFuture(
                Problem.notFound("No route with cache takes this URL.").asFailure());
    }

    private static @Nullable Policy caching(Route route) {
        return route.steps().values().stream()
                .filter(Caching.class::isInstance)
                .findAny()
                .orElse(null);
    }

    private static boolean leadsToServices(Route route) {
        return route.to() instanceof Route.ToService || route.to() instanceof Route.ToSplit;
    }

    private Future<gatehouse.exchange.Reply> ask(Exchange exchange, Route route) {
        return route.behindCache().apply(exchange, last -> forwarder().exchange(last, plan(last, route)));
    }

    private static Plan plan(Exchange exchange, Route route) {
        return route.to() instanceof Route.ToSplit split
                ? split.split().plan(exchange)
                : ((Route.ToService) route.to()).plan();
    }

    @Override
    public Future<?> stop() {
        if (refresher != null) {
            node.cache().leftBy(refresher); // its successor may have come by now
        }
        return Future.join(subscriptions.stream().map(Subscription::close).toList())
                .transform(closed -> forwarder().close(Duration.ZERO));
    }
}
