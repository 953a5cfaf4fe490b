package gatehouse.admin;

import gatehouse.bus.Topic;
import io.vertx.ext.web.RoutingContext;
import java.util.Map;

/**
 * Somebody changed something by this node's admin API.
 *
 * @param by name of the token
 * @param what kind of thing: {@code target}, {@code purge} or {@code revocation}
 * @param change what is so now
 */
record AdminChange(String by, String what, Map<String, Object> change) {
    /** Where it is told, on this node. */
    static final Topic<AdminChange> TOPIC = Topic.of("gatehouse.admin.changed", AdminChange.class);

    /** Tells what the caller of a request has changed. */
    static void tell(RoutingContext context, String what, Map<String, Object> change) {
        TOPIC.publishLocal(context.vertx(), new AdminChange(context.get(Endpoints.CALLER), what, change));
    }
}
