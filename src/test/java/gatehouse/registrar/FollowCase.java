package gatehouse.registrar;

import gatehouse.service.TargetStatus;
import gatehouse.testing.Answers;
import gatehouse.testing.RawClient;
import gatehouse.testing.RawOrigin;
import gatehouse.testing.RawResponse;
import gatehouse.testing.TestGateway;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;

/** A gateway whose service follows the registry, with instances that come and go. */
abstract class FollowCase {
    static final String CONFIG = """
            version: 1
            registry: { grace: 300ms, ttl: { min: 50ms } }
            services: { orders: { registry: %s } }
            routes: { all: { match: { path: "/**" }, to: orders } }
            """;

    final List<RawOrigin> origins = new ArrayList<>();
    TestGateway gateway;
    Announced orders;

    @AfterEach
    void stop() throws Exception {
        gateway.close();
        for (var origin : origins) {
            origin.close();
        }
    }

    void start(String registered) throws Exception {
        gateway = TestGateway.startWithRegistry(CONFIG, registered);
        orders = new Announced(gateway, "orders");
    }

    String origin(String name) throws Exception {
        var origin = RawOrigin.answering(Answers.ok(name));
        origins.add(origin);
        return origin.url();
    }

    List<TargetStatus> targets() {
        return gateway.node().snapshots().current().services().get("orders").targets();
    }

    TargetStatus target(int index) {
        return targets().get(index);
    }

    Set<String> answering(int requests) {
        return count(requests).keySet();
    }

    /** Who answered how many of some requests, one after another. */
    Map<String, Integer> count(int requests) {
        var count = new java.util.HashMap<String, Integer>();
        for (var i = 0; i < requests; i++) {
            count.merge(get().text(), 1, Integer::sum);
        }
        return count;
    }

    RawResponse get(String... fields) {
        try (var client = gateway.client()) {
            return client.send(RawClient.request("GET", "/", fields)).read("GET");
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** Waits at most ten seconds for a state that nothing announces. */
}
