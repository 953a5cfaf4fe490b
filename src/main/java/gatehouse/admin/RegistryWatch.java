package gatehouse.admin;

import gatehouse.registry.Change;
import gatehouse.registry.Following;
import gatehouse.registry.Listing;
import gatehouse.registry.Registry;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A stream of the changes of a domain, as server-sent events. It begins behind the event that the client names as its last, or,
 * where that is not remembered, with everything there is: {@code reset}, one {@code known} for each instance, {@code current}.
 * It never runs ahead of its client; one that is too slow for the log gets everything anew. Confined to one event loop.
 */
final class RegistryWatch {
    private static final long ALIVE_MILLIS = 15_000;

    private final Vertx vertx;
    private final Registry registry;
    private final String domain;
    private final @Nullable String service;
    private final Lingering lingering;
    private final Runnable leave;
    private final Runnable finish = this::finish;
    private final HttpServerResponse response;
    private final @Nullable String lastSeen;
    private final AtomicBoolean nudged = new AtomicBoolean();

    /** What is left of everything there was; null while changes follow. */
    private @Nullable Iterator<Listing> known;

    /** Index of the last change that the client has, or will have when it has got all that is known. */
    private long at;

    private @Nullable Following following;
    private long timer;
    private boolean over;

    RegistryWatch(
            Vertx vertx,
            Registry registry,
            RoutingContext context,
            String domain,
            @Nullable String service,
            Lingering lingering,
            Runnable leave) {
        this.vertx = vertx;
        this.registry = registry;
        this.domain = domain;
        this.service = service;
        this.lingering = lingering;
        this.leave = leave;
        this.response = context.response();
        this.lastSeen = context.request().getHeader("Last-Event-ID");
    }

    void begin() {
        response.putHeader(HttpHeaders.CONTENT_TYPE, "text/event-stream").setChunked(true);
        response.closeHandler(closed -> end());
        response.exceptionHandler(gone -> end());
        response.drainHandler(drained -> pump());
        var loop = vertx.getOrCreateContext();
        following = registry.follow(() -> {
            if (nudged.compareAndSet(false, true)) { // what comes until then is seen with it
                loop.runOnContext(go -> pump());
            }
        });
        lingering.streams(finish);
        timer = vertx.setPeriodic(ALIVE_MILLIS, alive -> sayWhere());
        if (!resume()) {
            reset();
        }
        pump();
    }

    private boolean resume() {
        var prefix = registry.run() + "-";
        if (lastSeen == null || !lastSeen.startsWith(prefix)) {
            return false;
        }
        var named = Queries.wholeNumber(lastSeen.substring(prefix.length()));
        if (named == null || registry.since(named).isEmpty()) {
            return false;
        }
        at = named;
        sayWhere();
        return true;
    }

    private void reset() {
        registry.atOnce(() -> {
            at = registry.index();
            known = registry.list(domain).iterator();
            return true;
        });
        write("reset", false, Map.of("index", at));
    }

    private void pump() {
        nudged.set(false);
        while (!over && !response.writeQueueFull()) {
            if (known != null) {
                tellKnown(known);
                continue;
            }
            var changes = registry.since(at);
            if (changes.isEmpty()) {
                reset();
            } else if (changes.get().isEmpty()) {
                return;
            } else {
                tell(changes.get());
            }
        }
    }

    private void tellKnown(Iterator<Listing> rest) {
        if (!rest.hasNext()) {
            known = null;
            write("current", true, Map.of("index", at));
            return;
        }
        var listing = rest.next();
        if (isWanted(listing)) {
            write("known", false, Map.of("instance", listing.toFields()));
        }
    }

    private void tell(List<Change> changes) {
        for (var change : changes) {
            if (over || response.writeQueueFull()) {
                return;
            }
            at = change.index();
            if (isWanted(change.listing())) {
                write(change.word(), true, change.toFields());
            }
        }
    }

    private boolean isWanted(Listing listing) {
        var name = listing.instance().name().service();
        return name.domain().equals(domain) && (service == null || name.name().equals(service));
    }

    /** With the number behind which the client would go on, where it may; without, it would begin anew. */
    private void write(String event, boolean isWhole, Map<String, Object> data) {
        var id = isWhole ? "id: " + registry.run() + "-" + at + "\n" : "";
        var unused = response.write(id + "event: " + event + "\ndata: " + new JsonObject(data).encode() + "\n\n");
    }

    /** An event without data: nobody is told of it, but the client remembers its number. */
    private void sayWhere() {
        if (!over && known == null) {
            var unused = response.write("id: " + registry.run() + "-" + at + "\n\n");
        }
    }

    private void finish() {
        end();
        var unused = response.end();
    }

    private void end() {
        if (over) {
            return;
        }
        over = true;
        lingering.leaves(finish);
        vertx.cancelTimer(timer);
        if (following != null) {
            following.end();
        }
        leave.run();
    }
}
