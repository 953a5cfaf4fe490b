package gatehouse.observe;

import gatehouse.exchange.Exchange;
import gatehouse.exchange.ExchangeFacts;
import gatehouse.exchange.Trace;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The spans of one exchange: one of kind SERVER for what the client sees, below it one of kind CLIENT for each attempt at a
 * target. Names of attributes are those of OpenTelemetry's conventions for HTTP; queries, which may hold secrets, are in none.
 */
final class TracedExchange implements Trace {
    private static final Set<String> KNOWN_METHODS =
            Set.of("GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH", "QUERY");
    private static final String ERROR_TYPE = "error.type";
    private static final String STATUS = "http.response.status_code";
    private static final int SERVER_FAULT = 500;
    private static final int FAULT = 400;

    private final Tracer tracer;
    private final Span server;
    private final String method;
    private int resends;
    private @Nullable Span client;
    private int status;

    TracedExchange(Tracer tracer, Exchange exchange, @Nullable SpanContext parent) {
        this.tracer = tracer;
        this.method = KNOWN_METHODS.contains(exchange.method()) ? exchange.method() : "_OTHER";
        var context = parent == null ? Context.root() : Context.root().with(Span.wrap(parent));
        var span = begin(shownMethod(), SpanKind.SERVER, context, exchange)
                .setAttribute("url.path", exchange.path())
                .setAttribute("url.scheme", exchange.caller().scheme())
                .setAttribute("client.address", exchange.clientAddress())
                .setAttribute("network.protocol.version", exchange.protocol().substring("HTTP/".length()));
        putIfPresent(span, "server.address", exchange.host());
        putIfPresent(span, "user_agent.original", exchange.userAgent());
        server = span.startSpan();
    }

    private String shownMethod() {
        return method.equals("_OTHER") ? "HTTP" : method;
    }

    private SpanBuilder begin(String name, SpanKind kind, Context parent, Exchange exchange) {
        var span = tracer.spanBuilder(name)
                .setSpanKind(kind)
                .setParent(parent)
                .setAttribute("http.request.method", method);
        if (method.equals("_OTHER")) {
            span.setAttribute("http.request.method_original", exchange.method());
        }
        return span;
    }

    private static void putIfPresent(SpanBuilder span, String key, @Nullable String value) {
        if (value != null && !value.isEmpty()) {
            span.setAttribute(key, value);
        }
    }

    @Override
    public void attempt(Exchange exchange, String authority) {
        var colon = authority.lastIndexOf(':');
        var hasPort = colon > authority.lastIndexOf(']');
        status = 0;
        var span = begin(shownMethod(), SpanKind.CLIENT, Context.root().with(server), exchange)
                .setAttribute("server.address", hasPort ? authority.substring(0, colon) : authority)
                .setAttribute("server.port", hasPort ? Long.parseLong(authority.substring(colon + 1)) : 80L)
                .setAttribute("url.full", "http://" + authority + exchange.upstreamPath());
        if (resends > 0) {
            span.setAttribute("http.request.resend_count", (long) resends);
        }
        resends++;
        var rpc = exchange.carriedCall() == null ? null : RpcName.of(exchange.path());
        if (rpc != null) {
            rpc.putInto(span::setAttribute);
        }
        client = span.startSpan();
        if (rpc != null) {
            client.updateName(rpc.toString());
        }
    }

    @Override
    public String traceparent() {
        var span = client == null ? server : client;
        return TraceParent.of(span.getSpanContext());
    }

    @Override
    public void answered(int answer) {
        status = answer;
    }

    @Override
    public void attemptEnded(@Nullable String why) {
        var span = client;
        if (span == null) {
            return;
        }
        client = null;
        if (status > 0) {
            span.setAttribute(STATUS, (long) status);
        }
        if (status >= FAULT || status == 0) {
            span.setAttribute(ERROR_TYPE, status == 0 ? "_OTHER" : Integer.toString(status));
            span.setStatus(StatusCode.ERROR, status == 0 && why != null ? why : "");
        }
        span.end();
    }

    @Override
    public void ended(ExchangeFacts facts) {
        var answer = facts.status();
        var problem = facts.problem();
        if (facts instanceof Exchange exchange && exchange.pattern() != null) {
            server.updateName(shownMethod() + " " + exchange.pattern());
            server.setAttribute("http.route", String.valueOf(exchange.pattern()));
        }
        names(server, facts);
        if (answer > 0) {
            server.setAttribute(STATUS, (long) answer);
        }
        if (answer >= SERVER_FAULT || answer == 0 || facts.aborted()) {
            server.setAttribute(
                    ERROR_TYPE, problem != null ? problem : answer > 0 ? Integer.toString(answer) : "_OTHER");
            server.setStatus(StatusCode.ERROR);
        }
        if (facts instanceof Exchange exchange && exchange.carriedCall() != null) {
            called(exchange);
        }
        server.end();
    }

    /** What leads to the configuration and the access log. */
    static void names(Span span, ExchangeFacts facts) {
        if (facts.route() != null) {
            span.setAttribute("gatehouse.route", facts.route());
        }
        if (facts.service() != null) {
            span.setAttribute("gatehouse.service", facts.service());
        }
        span.setAttribute("gatehouse.request_id", facts.requestId());
    }

    private void called(Exchange exchange) {
        var rpc = RpcName.of(exchange.path());
        if (rpc != null) {
            rpc.putInto(server::setAttribute);
            server.updateName(rpc.toString());
        }
        var early = exchange.response().headers().get(RpcName.STATUS);
        var told = early == null ? exchange.trailers().get(RpcName.STATUS) : early;
        var code = RpcName.code(told);
        if (code >= 0) {
            server.setAttribute("rpc.grpc.status_code", (long) code);
        }
        if (RpcName.isServersFault(code)) {
            server.setAttribute(ERROR_TYPE, Integer.toString(code));
            server.setStatus(StatusCode.ERROR);
        }
    }
}
