package gatehouse.snapshot;

import gatehouse.config.PolicySet;
import gatehouse.config.RouteConfig;
import gatehouse.files.FileSite;
import gatehouse.forward.Plan;
import gatehouse.forward.Timeouts;
import gatehouse.policy.NamedFiles;
import gatehouse.rpc.Transcoder;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Makes what routes lead to. */
final class Destinations {
    private final Vertx vertx;
    private final Blueprint blueprint;
    private final Plans plans;

    Destinations(Vertx vertx, Blueprint blueprint, Plans plans) {
        this.vertx = vertx;
        this.blueprint = blueprint;
        this.plans = plans;
    }

    /**
     * What a route leads to.
     *
     * @param effective what holds on the route
     * @param before the route as it was; null for a new one
     */
    Route.Destination of(String name, RouteConfig config, PolicySet effective, @Nullable Route before) {
        var to = config.to();
        if (to.isForward()) {
            return new Route.ToAnywhere();
        }
        if (to.service() != null) {
            return new Route.ToService(plans.plan(name, to.service(), effective, before));
        }
        if (to.rpc() != null) {
            return new Route.ToRpc(transcoder(config, effective), plans.plan(name, to.rpc(), effective, before));
        }
        if (!to.split().isEmpty()) {
            var shares = new LinkedHashMap<String, Plan>();
            to.split()
                    .keySet()
                    .forEach(service -> shares.put(
                            service, plans.plan(name, service, blueprint.effective(config, service), before)));
            return new Route.ToSplit(new Split(name, to, shares));
        }
        if (to.files() != null) {
            return new Route.ToFiles(new FileSite(
                    vertx,
                    blueprint.folder().resolve(to.files()),
                    to.index(),
                    config.match().path()));
        }
        if (to.topic() != null) {
            return new Route.ToTopic(to.topic());
        }
        return new Route.ToAnswer(new Answer(to));
    }

    private Transcoder transcoder(RouteConfig config, PolicySet effective) {
        var calls = Route.calls(effective);
        var timeouts = effective.get(Timeouts.TYPE.key(), Timeouts.class);
        try {
            return new Transcoder(
                    config.to().hasSchemaFile()
                            ? Schemas.read(
                                    new NamedFiles(blueprint.folder(), false),
                                    Objects.requireNonNull(config.to().schema()))
                            : null,
                    calls.message().bytes(),
                    calls.deadline().toNanos(),
                    timeouts == null ? 0 : timeouts.total().toNanos(),
                    calls::isIdempotent);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
