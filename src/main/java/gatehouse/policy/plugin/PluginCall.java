package gatehouse.policy.plugin;

import gatehouse.exchange.Exchange;
import gatehouse.exchange.Fields;
import gatehouse.exchange.OwnFields;
import gatehouse.exchange.Reply;
import gatehouse.plugin.Answer;
import gatehouse.plugin.Call;
import gatehouse.problem.Problem;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** An exchange as far as a plugin may see and change it. */
record PluginCall(Exchange exchange, String route) implements Call {
    @Override
    public String requestId() {
        return exchange.requestId();
    }

    @Override
    public String listener() {
        return exchange.listener();
    }

    @Override
    public String method() {
        return exchange.method();
    }

    @Override
    public String host() {
        return exchange.host();
    }

    @Override
    public String path() {
        return exchange.path();
    }

    @Override
    public @Nullable String query() {
        return exchange.query();
    }

    @Override
    public @Nullable String header(String name) {
        return exchange.header(name);
    }

    @Override
    public String clientAddress() {
        return exchange.clientAddress();
    }

    @Override
    public @Nullable String consumer() {
        return exchange.identity().consumer();
    }

    @Override
    public Set<String> groups() {
        return exchange.identity().groups();
    }

    @Override
    public Map<String, Object> claims() {
        return exchange.identity().claims();
    }

    @Override
    public void setHeader(String name, String value) {
        if (!Fields.isSettable(name)) {
            throw new IllegalArgumentException(name + " is the gateway's own or the connection's");
        }
        Fields.check(name, value);
        OwnFields.clear(exchange.headers(), List.of(name));
        exchange.headers().set(name, value);
        if (Fields.isForwarding(name)) {
            exchange.letTravel(List.of(name));
        }
    }

    @Override
    public void removeHeader(String name) {
        if (Fields.isSettable(name)) {
            OwnFields.clear(exchange.headers(), List.of(name));
        }
    }

    @Override
    public Future<Answer> answer(int status, String contentType, String body) {
        if (status < 200 || status > 599) {
            throw new IllegalArgumentException("status " + status + ", and not 200 to 599");
        }
        Fields.check("Content-Type", contentType);
        var whole = status == 204 || status == 304 ? Buffer.buffer() : Buffer.buffer(body);
        var isHead = exchange.isHead();
        var fields = HttpHeaders.headers();
        if (whole.length() > 0) {
            fields.set(HttpHeaders.CONTENT_TYPE, contentType);
            if (isHead) {
                fields.set(HttpHeaders.CONTENT_LENGTH, Integer.toString(whole.length()));
            }
        }
        return Future.succeededFuture(new PluginAnswer(Reply.of(status, fields, isHead ? Buffer.buffer() : whole)));
    }

    @Override
    public Future<Answer> refuse(int status, String detail) {
        if (status < 400 || status > 599) {
            throw new IllegalArgumentException("status " + status + ", and not 400 to 599");
        }
        return Future.failedFuture(Problem.byPolicy(status, detail).asFailure());
    }
}
