package gatehouse.policy.edit;

import gatehouse.config.Checked;
import gatehouse.config.Key;
import gatehouse.config.Template;
import gatehouse.exchange.Exchange;
import gatehouse.exchange.Fields;
import gatehouse.exchange.Reply;
import gatehouse.exchange.RequestHead;
import gatehouse.policy.Policy;
import gatehouse.policy.PolicyType;
import gatehouse.policy.Stage;
import gatehouse.problem.ProblemException;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Changes the request before it goes to its service: path, query, header fields. */
public final class RequestEdits implements Policy {
    /** The policy {@code request}. */
    public static final PolicyType<Config> TYPE = PolicyType.policy(
                    "request",
                    "Changes path, query and header fields of the request before it goes to its service.",
                    Stage.REQUEST,
                    Config.class,
                    RequestEdits::new)
            .onlyWhereNamed();

    /** Keys of {@code request}. */
    public record Config(
            @Key(doc = "The path that the target gets.") @Nullable PathRewrite rewrite,

            @Key(doc = "Parameters of the query.") QueryEdits.@Nullable Config query,

            @Key(
                    doc =
                            "Header fields. The gateway's own, such as `X-Forwarded-For`, can't be set; others that a client's"
                                    + " request loses, such as `X-Real-IP`, can.")
            HeaderEdits.@Nullable Config headers)
            implements Checked {
        @Override
        public void check(Complaints complaints) {
            if (headers != null) {
                headers.check(Fields::isSettable, complaints);
            }
        }

        /** What path and query are made of. */
        public List<Template> ofTarget() {
            var found = new ArrayList<Template>();
            if (rewrite != null) {
                found.addAll(Template.in(rewrite));
            }
            if (query != null) {
                found.addAll(Template.in(query));
            }
            return found;
        }

        /** What fields are made of, by their names; a name may stand there twice. */
        public List<Map.Entry<String, Template>> ofFields() {
            var found = new ArrayList<Map.Entry<String, Template>>();
            if (headers != null) {
                found.addAll(headers.set().entrySet());
                found.addAll(headers.add().entrySet());
            }
            return found;
        }
    }

    private final @Nullable PathRewrite rewrite;
    private final @Nullable QueryEdits query;
    private final @Nullable HeaderEdits headers;

    private RequestEdits(Config config) {
        rewrite = config.rewrite();
        query = config.query() == null ? null : new QueryEdits(config.query());
        headers = config.headers() == null ? null : new HeaderEdits(config.headers());
    }

    /**
     * Path and query that a target would get of a request.
     *
     * @throws ProblemException 404 where the path can't be rewritten
     */
    public static String target(Config config, RequestHead head) {
        var path = config.rewrite() == null ? head.path() : config.rewrite().apply(head);
        var query = config.query() == null ? head.query() : new QueryEdits(config.query()).apply(head.query(), head);
        return query == null ? path : path + "?" + query;
    }

    @Override
    public Future<Reply> apply(Exchange exchange, Next next) {
        if (rewrite != null || query != null) {
            try {
                exchange.sendAs(
                        rewrite == null ? exchange.upstreamPath() : rewrite.apply(exchange),
                        query == null ? exchange.upstreamQuery() : query.apply(exchange.upstreamQuery(), exchange));
            } catch (ProblemException e) {
                return Future.failedFuture(e);
            }
        }
        if (headers != null) {
            headers.applyToRequest(exchange);
        }
        return next.proceed(exchange);
    }
}
