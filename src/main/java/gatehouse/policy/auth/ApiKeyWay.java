package gatehouse.policy.auth;

import gatehouse.exchange.Exchange;
import gatehouse.exchange.Identity;
import gatehouse.exchange.OwnFields;
import gatehouse.policy.Surroundings;
import gatehouse.route.QueryText;
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
    private final List<String> header;
    private final @Nullable QueryText inQuery;

    ApiKeyWay(AuthConfig.ApiKey config, Surroundings surroundings) {
        this.config = config;
        header = config.header() == null ? List.of() : List.of(config.header());
        inQuery = config.query() == null ? null : QueryText.of(config.query());
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
        var query = exchange.query();
        return inQuery == null || query == null ? null : TokenPlace.parameter(query, inQuery);
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
        if (config.forward()) {
            hideOthers(exchange);
        } else {
            drop(exchange);
        }
    }

    /** Takes keys away that stand where nobody has looked, as there was one before, or that are spelled otherwise. */
    private void hideOthers(Exchange exchange) {
        var key = config.header() == null ? null : exchange.header(config.header());
        OwnFields.clear(exchange.headers(), header);
        if (config.header() == null || key == null) {
            return;
        }
        exchange.headers().set(config.header(), key);
        var query = exchange.upstreamQuery();
        if (inQuery != null
                && query != null
                && !NamedValues.parameters(query, inQuery).stream().allMatch(key::equals)) {
            TokenPlace.hideParameter(exchange, inQuery);
        }
    }

    @Override
    public @Nullable String shown(Exchange exchange) {
        var field = config.header() == null ? null : exchange.header(config.header());
        var query = exchange.upstreamQuery();
        return field != null || inQuery == null || query == null ? field : TokenPlace.firstParameter(query, inQuery);
    }

    @Override
    public void drop(Exchange exchange) {
        OwnFields.clear(exchange.headers(), header);
        if (inQuery != null) {
            TokenPlace.hideParameter(exchange, inQuery);
        }
    }
}
