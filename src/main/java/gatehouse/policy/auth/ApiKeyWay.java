package gatehouse.policy.auth;

import gatehouse.exchange.Exchange;
import gatehouse.exchange.Identity;
import gatehouse.policy.Surroundings;
import io.vertx.core.Future;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Callers with a key of their own. Only hashes of keys are held. */
final class ApiKeyWay implements Way {
    private static final String CHALLENGE = "ApiKey";
    private static final int LONGEST = 512;

    private final AuthConfig.ApiKey config;
    private final Consumers consumers;

    ApiKeyWay(AuthConfig.ApiKey config, Surroundings surroundings) {
        this.config = config;
        this.consumers = new Consumers(surroundings.consumers());
    }

    @Override
    public Future<Verdict> look(Exchange exchange) {
        var key = find(exchange);
        if (key == null) {
            return Verdict.ABSENT.soon();
        }
        var consumer = key.length() > LONGEST ? null : consumers.byKey(key);
        if (consumer == null) {
            return Verdict.refused(CHALLENGE, "The key is not known here.").soon();
        }
        return Verdict.known(new Identity(consumer.name(), consumer.groups(), Map.of()), Map.of())
                .soon();
    }

    private @Nullable String find(Exchange exchange) {
        if (config.header() != null) {
            var fields = exchange.headers().getAll(config.header());
            if (fields.size() > 1) {
                throw new IllegalArgumentException("more than one key");
            }
            if (fields.size() == 1) {
                return fields.get(0);
            }
        }
        var parameter = config.query();
        var query = exchange.query();
        return parameter == null || query == null ? null : TokenPlace.parameter(query, parameter);
    }

    @Override
    public List<String> challenges() {
        return List.of(CHALLENGE);
    }

    @Override
    public List<String> fields() {
        return List.of();
    }

    @Override
    public void hide(Exchange exchange) {
        if (!config.forward()) {
            drop(exchange);
        }
    }

    @Override
    public @Nullable String shown(Exchange exchange) {
        var field = config.header() == null ? null : exchange.header(config.header());
        var query = exchange.upstreamQuery();
        return field != null || config.query() == null || query == null
                ? field
                : TokenPlace.firstParameter(query, config.query());
    }

    @Override
    public void drop(Exchange exchange) {
        if (config.header() != null) {
            exchange.headers().remove(config.header());
        }
        if (config.query() != null) {
            TokenPlace.hideParameter(exchange, config.query());
        }
    }
}
