package gatehouse.registrar;

import gatehouse.bus.Subscription;
import gatehouse.bus.Verb;
import gatehouse.registry.InstanceName;
import gatehouse.registry.Listing;
import gatehouse.registry.Registrant;
import gatehouse.registry.Registry;
import gatehouse.registry.ServiceName;
import gatehouse.registry.Submission;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** The verbs of the registry on the event bus. */
final class BusApi {
    /** Whoever is on the bus is one of us. */
    private static final Registrant BUS = new Registrant("bus", true);

    private final Registry registry;
    private final List<Subscription> subscriptions = new ArrayList<>();

    BusApi(Registry registry) {
        this.registry = registry;
    }

    /** Completes once questions are answered. */
    Future<?> begin(Vertx vertx) {
        serve(vertx, "register", this::register);
        serve(vertx, "renew", this::renew);
        serve(vertx, "deregister", this::deregister);
        serve(vertx, "get", this::get);
        serve(vertx, "list", this::list);
        return Future.all(subscriptions.stream().map(Subscription::ready).toList());
    }

    Future<?> end() {
        return Future.join(subscriptions.stream().map(Subscription::close).toList());
    }

    private void serve(Vertx vertx, String verb, Function<Map<String, Object>, Map<String, Object>> answer) {
        subscriptions.add(Verb.of("gatehouse.registry." + verb).serve(vertx, answer));
    }

    private Map<String, Object> register(Map<String, Object> message) {
        var fields = new HashMap<>(message);
        var name = takeName(fields);
        return registry.register(Submission.registration(name, fields, registry.config()), BUS)
                .toFields();
    }

    private Map<String, Object> renew(Map<String, Object> message) {
        var name = takeName(new HashMap<>(message));
        return registry.renew(name, Submission.lease(message.get("lease")), BUS).toFields();
    }

    private Map<String, Object> deregister(Map<String, Object> message) {
        var name = takeName(new HashMap<>(message));
        var index = registry.deregister(name, Submission.lease(message.get("lease")), BUS);
        return Map.of("index", index);
    }

    private Map<String, Object> get(Map<String, Object> message) {
        var service = new ServiceName(domain(message), Submission.name("name", message.get("name")));
        return registry.atOnce(() ->
                items(registry.list(service).stream().map(Listing::toFields).toList()));
    }

    private Map<String, Object> list(Map<String, Object> message) {
        var domain = domain(message);
        return registry.atOnce(() -> items(registry.services(domain).stream()
                .map(service -> Map.<String, Object>of(
                        "name",
                        service.name().name(),
                        "instances",
                        service.instances(),
                        "suspect",
                        service.suspect(),
                        "versions",
                        service.versions(),
                        "preserved",
                        service.preserved()))
                .toList()));
    }

    private Map<String, Object> items(List<Map<String, Object>> items) {
        var answer = new LinkedHashMap<String, Object>();
        answer.put("items", items);
        answer.put("index", registry.index());
        return answer;
    }

    private static InstanceName takeName(Map<String, Object> fields) {
        var domain = domain(fields);
        var service = Submission.name("service", fields.remove("service"));
        var id = Submission.name("id", fields.remove("id"));
        fields.remove("domain");
        return new InstanceName(new ServiceName(domain, service), id);
    }

    private static String domain(Map<String, Object> fields) {
        return Submission.name("domain", fields.getOrDefault("domain", ServiceName.DEFAULT_DOMAIN));
    }
}
