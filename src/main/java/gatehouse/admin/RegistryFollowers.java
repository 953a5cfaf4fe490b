package gatehouse.admin;

import gatehouse.config.Durations;
import gatehouse.problem.Origin;
import gatehouse.problem.Problem;
import gatehouse.registry.Following;
import gatehouse.registry.Registry;
import gatehouse.registry.ServiceName;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Requests that follow the registry: those that wait for a change, and watches. There are only so many at once. Confined to
 * one event loop.
 */
final class RegistryFollowers {
    /** Shorter than the idle timeout of the connection. */
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(60);

    private final Vertx vertx;
    private final Registry registry;
    private final Lingering lingering;
    private int count;

    RegistryFollowers(Vertx vertx, Registry registry, Lingering lingering) {
        this.vertx = vertx;
        this.registry = registry;
        this.lingering = lingering;
    }

    /** Answers at once, or where the request has an {@code index}, when the service has changed since or the wait is over. */
    void afterChange(RoutingContext context, ServiceName service, Runnable answer) {
        var text = Queries.one(context, "index");
        var wait = longestWait(context);
        var index = text == null ? -1 : Queries.number("index", text);
        if (index <= 0 || registry.mayHaveChanged(service, index)) {
            answer.run();
            return;
        }
        if (lingering.isEnding()) {
            throw Problem.unavailable("ending", "This node ends, and lets nobody wait any more.", 1, Origin.GATEWAY)
                    .asFailure();
        }
        enter();
        new Wait(context, service, index, answer).begin(wait);
    }

    private static Duration longestWait(RoutingContext context) {
        var text = Queries.one(context, "wait");
        try {
            var wait = text == null ? LONGEST_WAIT : Durations.parse(text);
            return wait.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : wait;
        } catch (IllegalArgumentException e) {
            throw Queries.refused("wait", "is no duration such as 30s: " + e.getMessage());
        }
    }

    /** Streams the changes of a domain. */
    void watch(RoutingContext context, String domain) {
        var named = Queries.one(context, "service");
        if (context.request().method().equals(HttpMethod.HEAD)) {
            context.response()
                    .putHeader(HttpHeaders.CONTENT_TYPE, "text/event-stream")
                    .end();
            return;
        }
        enter();
        new RegistryWatch(vertx, registry, context, domain, named, lingering, this::leave).begin();
    }

    private void enter() {
        if (count >= registry.config().followers()) {
            throw Problem.unavailable(
                            "too-many-followers",
                            "So many requests follow the registry already that no more can.",
                            1,
                            Origin.GATEWAY)
                    .asFailure();
        }
        count++;
    }

    private void leave() {
        count--;
    }

    /** A request that waits. */
    private final class Wait {
        private final RoutingContext context;
        private final ServiceName service;
        private final long index;
        private final Runnable answer;
        private final Runnable answerNow = this::answerNow;
        private @Nullable Following following;
        private long timer;
        private boolean over;

        Wait(RoutingContext context, ServiceName service, long index, Runnable answer) {
            this.context = context;
            this.service = service;
            this.index = index;
            this.answer = answer;
        }

        void begin(Duration wait) {
            var loop = vertx.getOrCreateContext();
            timer = vertx.setTimer(Math.max(1, wait.toMillis()), late -> end(true));
            context.response().closeHandler(closed -> end(false));
            lingering.waits(answerNow);
            following = registry.follow(service, () -> loop.runOnContext(go -> end(true)));
            if (registry.mayHaveChanged(service, index)) { // between the first look and now
                end(true);
            }
        }

        private void answerNow() {
            end(true);
        }

        private void end(boolean isThere) {
            if (over) {
                return;
            }
            over = true;
            leave();
            lingering.leaves(answerNow);
            vertx.cancelTimer(timer);
            if (following != null) {
                following.end();
            }
            if (isThere) {
                answer.run();
            }
        }
    }
}
