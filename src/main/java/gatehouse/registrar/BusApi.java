package gatehouse.registrar;

import gatehouse.bus.Subscription;
import gatehouse.bus.Verb;
import gatehouse.registry.Question;
import gatehouse.registry.Registrant;
import gatehouse.registry.Registry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;

/** The questions to the registry on the event bus. */
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
        for (var question : Question.values()) {
            subscriptions.add(Verb.of("gatehouse.registry." + question.word())
                    .serve(vertx, message -> question.answer(registry, message, BUS)));
        }
        return Future.all(subscriptions.stream().map(Subscription::ready).toList());
    }

    Future<?> end() {
        return Future.join(subscriptions.stream().map(Subscription::close).toList());
    }
}
