package gatehouse.service;

import gatehouse.config.Share;
import io.vertx.core.Vertx;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells how the targets of a service are: people in the log, and whoever listens on this node. */
final class HealthNews {
    private static final Logger LOG = LoggerFactory.getLogger(HealthNews.class);

    private final Vertx vertx;
    private final String service;
    private final Share panicBelow;

    HealthNews(Vertx vertx, String service, Share panicBelow) {
        this.vertx = vertx;
        this.service = service;
        this.panicBelow = panicBelow;
    }

    void healthChanged(HealthChanged change) {
        switch (change.state()) {
            case "healthy" ->
                LOG.info("target {} of service {} is healthy: {}", change.target(), service, change.why());
            case "unproven" ->
                LOG.info("target {} of service {} is tried again: {}", change.target(), service, change.why());
            default ->
                LOG.warn("target {} of service {} is {}: {}", change.target(), service, change.state(), change.why());
        }
        HealthChanged.TOPIC.publishLocal(vertx, change);
    }

    void panicChanged(boolean panic) {
        if (panic) {
            LOG.warn(
                    "service {} is in panic mode: fewer than {} of its targets are healthy, all get requests",
                    service,
                    panicBelow);
        } else {
            LOG.info("service {} is out of panic mode: enough of its targets are healthy", service);
        }
    }
}
