package gatehouse.policy.edit;

import gatehouse.config.Checked;
import gatehouse.config.Key;
import gatehouse.exchange.Exchange;
import gatehouse.exchange.Fields;
import gatehouse.exchange.Reply;
import gatehouse.policy.Policy;
import gatehouse.policy.PolicyType;
import gatehouse.policy.Stage;
import io.vertx.core.Future;
import org.jspecify.annotations.Nullable;

/** Changes the answer of a service: header fields, cookies, and JSON into JSONP. What the gateway answers itself stays as it is. */
public final class ResponseEdits implements Policy {
    /** The policy {@code response}. */
    public static final PolicyType<Config> TYPE = PolicyType.policy(
                    "response",
                    "Changes header fields and cookies of the answer, and makes JSONP of JSON.",
                    Stage.RESPONSE,
                    Config.class,
                    ResponseEdits::new)
            .onlyWhereNamed();

    /** Keys of {@code response}. */
    public record Config(
            @Key(doc = "Header fields; values are those of the request.")
            HeaderEdits.@Nullable Config headers,

            @Key(doc = "Attributes of the cookies that the service sets.")
            CookieEdits.@Nullable Config cookies,

            @Key(doc = "Wraps JSON into a call of the function that a query parameter names; `{}` switches it on.")
            Jsonp.@Nullable Config jsonp)
            implements Checked {
        /** Whether any page of the web may read answers, but none that are for somebody. */
        public boolean isForAnyPage() {
            return jsonp != null && !jsonp.credentials();
        }

        @Override
        public void check(Complaints complaints) {
            if (headers != null) {
                headers.check(Fields::isSettableInAnswers, complaints);
            }
        }
    }

    private final @Nullable HeaderEdits headers;
    private final @Nullable CookieEdits cookies;
    private final @Nullable Jsonp jsonp;

    private ResponseEdits(Config config) {
        headers = config.headers() == null ? null : new HeaderEdits(config.headers());
        cookies = config.cookies() == null ? null : new CookieEdits(config.cookies());
        jsonp = config.jsonp() == null ? null : new Jsonp(config.jsonp());
    }

    @Override
    public Future<Reply> apply(Exchange exchange, Next next) {
        var answer = jsonp == null ? next.proceed(exchange) : jsonp.apply(exchange, next);
        return headers == null && cookies == null ? answer : answer.map(reply -> edited(exchange, reply));
    }

    private Reply edited(Exchange exchange, Reply reply) {
        if (cookies != null) {
            cookies.apply(reply.headers());
        }
        if (headers != null) {
            headers.apply(reply.headers(), exchange);
        }
        return reply;
    }
}
