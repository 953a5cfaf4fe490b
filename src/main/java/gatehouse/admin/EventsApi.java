package gatehouse.admin;

import gatehouse.config.EventsConfig;
import gatehouse.problem.Origin;
import gatehouse.problem.Problem;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Streams what happens on the node as server-sent events. Confined to one event loop. */
final class EventsApi {
    private static final Logger LOG = LoggerFactory.getLogger(EventsApi.class);
    private static final long ALIVE_MILLIS = 15_000;

    private final Vertx vertx;
    private final Events events;
    private final Lingering lingering;
    private final Supplier<EventsConfig> config;

    EventsApi(Vertx vertx, Events events, Lingering lingering, Supplier<EventsConfig> config) {
        this.vertx = vertx;
        this.events = events;
        this.lingering = lingering;
        this.config = config;
    }

    void add(Endpoints endpoints) {
        endpoints.read("/admin/v1/events", this::watch);
    }

    private void watch(RoutingContext context) {
        var response = context.response().putHeader(HttpHeaders.CONTENT_TYPE, "text/event-stream");
        if (context.request().method().equals(HttpMethod.HEAD)) {
            response.end();
            return;
        }
        if (events.watching() >= config.get().clients()) {
            throw Problem.unavailable(
                            "too-many-watchers",
                            "So many watch the events already that no more can.",
                            1,
                            Origin.GATEWAY)
                    .asFailure();
        }
        new Watch(response, String.valueOf(context.request().remoteAddress()))
                .begin(context.request().getHeader("Last-Event-ID"));
    }

    /**
     * One who watches. Never gets ahead of its client: what that does not take stays with the events that are kept, and a client
     * that is left behind by those, or takes nothing at all for a while, is let go.
     */
    private final class Watch {
        private final HttpServerResponse response;
        private final String address;
        private final Runnable nudge = this::pump;
        private final Runnable finish = this::finish;
        private long at = events.last();
        private long timer;
        private boolean stood;
        private boolean over;

        Watch(HttpServerResponse response, String address) {
            this.response = response;
            this.address = address;
        }

        void begin(@Nullable String lastSeen) {
            response.setChunked(true)
                    .closeHandler(closed -> end())
                    .exceptionHandler(broken -> end())
                    .drainHandler(drained -> {
                        stood = false;
                        pump();
                    });
            timer = vertx.setPeriodic(ALIVE_MILLIS, due -> beat());
            events.watch(nudge);
            lingering.streams(finish);
            var known = lastSeen == null ? Long.valueOf(at) : events.number(lastSeen);
            if (known == null) {
                at = events.before();
                write("event: missed\ndata: "
                        + new JsonObject().put("kept", events.last() - at).encode() + "\n\n");
            } else {
                at = known;
                write("id: " + events.id(at) + "\n\n"); // nobody is told of it, but the client remembers the number
            }
            pump();
        }

        private void pump() {
            if (over || response.writeQueueFull()) {
                if (!over && at < events.before()) {
                    letGo("does not take what happens");
                }
                return;
            }
            for (var event : events.since(at)) {
                if (response.writeQueueFull()) {
                    return;
                }
                at = event.number();
                write("id: " + events.id(at) + "\nevent: " + event.name() + "\ndata: "
                        + event.data().encode() + "\n\n");
            }
        }

        /** Tells an idle client that the node is there, and notices one that is not. */
        private void beat() {
            if (!response.writeQueueFull()) {
                write(":\n\n");
            } else if (stood) {
                letGo("takes nothing any more");
            } else {
                stood = true;
            }
        }

        private void write(String text) {
            var unused = response.write(text);
        }

        private void letGo(String why) {
            LOG.warn("admin API: a client at {} that watches the events {} and is let go", address, why);
            end();
            response.reset();
        }

        private void finish() {
            end();
            var unused = response.end();
        }

        private void end() {
            if (!over) {
                over = true;
                lingering.leaves(finish);
                vertx.cancelTimer(timer);
                events.leave(nudge);
            }
        }
    }
}
