package gatehouse.admin;

import gatehouse.cache.CacheSample;
import gatehouse.cache.Purge;
import gatehouse.config.AdminConfig.Role;
import gatehouse.problem.Problem;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the response cache holds and has done, and what is to be forgotten. */
final class CacheApi {
    private static final Logger LOG = LoggerFactory.getLogger(CacheApi.class);

    private final AdminNode node;

    CacheApi(AdminNode node) {
        this.node = node;
    }

    void add(Endpoints endpoints) {
        endpoints.read("/admin/v1/cache", this::sample);
        endpoints.submit(HttpMethod.POST, "/admin/v1/cache/purge", Role.ADMIN, Bodies.Kind.JSON, this::purge);
    }

    private void sample(RoutingContext context) {
        Answers.json(context, json(node.cache().sample().get()));
    }

    private static JsonObject json(CacheSample sample) {
        return new JsonObject()
                .put("entries", sample.entries())
                .put("bytes", sample.bytes())
                .put("maxBytes", sample.mostBytes())
                .put("hits", sample.hits())
                .put("staleHits", sample.stale())
                .put("misses", sample.misses())
                .put("passed", sample.passed())
                .put("lockWaits", sample.waits())
                .put("fetches", sample.fetches())
                .put("refreshes", sample.refreshes())
                .put("stored", sample.stored())
                .put("refused", sample.refused())
                .put("purged", sample.purged())
                .put("fetching", sample.fetching())
                .put("collectingBytes", sample.collecting());
    }

    private void purge(RoutingContext context) {
        var body = JsonBody.of(context, "tags", "urls", "prefix", "all", "soft");
        var purge = new Purge(
                body.list("tags"), body.list("urls"), body.text("prefix"), body.flag("all"), body.flag("soft"));
        if (purge.isEmpty()) {
            throw Problem.unprocessable("The body names nothing to purge: tags, urls, prefix or \"all\": true.")
                    .asFailure();
        }
        node.cache()
                .purge()
                .apply(purge)
                .onSuccess(purged -> {
                    LOG.info(
                            "admin API: {} purged {} responses (request {})",
                            context.<String>get(Endpoints.CALLER),
                            purged.count(),
                            context.<String>get(Entrance.REQUEST_ID));
                    AdminChange.tell(context, "purge", Map.of("purged", purged.count()));
                    var answer = new JsonObject().put("purged", purged.count());
                    if (!purged.unconfirmed().isEmpty()) {
                        answer.put("unconfirmed", new JsonArray(purged.unconfirmed()));
                    }
                    Answers.json(context, answer);
                })
                .onFailure(context::fail);
    }
}
