package gatehouse.exchange;

import gatehouse.problem.Problem;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The request of an exchange as the door let it in. Nothing of it changes any more but its fields, which policies may edit before
 * they go upstream. That of a detached exchange has come from no client.
 */
public abstract class Received extends Noted implements RequestHead {
    private final Arrival arrival;
    private byte @Nullable [] clientBytes;
    private List<String> secretParameters = List.of();

    Received(Arrival arrival) {
        super(arrival.id(), arrival.listener());
        this.arrival = arrival;
    }

    /** Notes in which parameters of its query credentials may stand. */
    public final void mayHaveSecretsIn(List<String> parameters) {
        secretParameters = parameters;
    }

    @Override
    public final List<String> secretParameters() {
        return secretParameters;
    }

    /** Whether there is no client. */
    public final boolean isDetached() {
        return arrival.request() == null;
    }

    /** The request as Vert.x sees it; paused until its body is asked for. There is none for a detached exchange. */
    public final HttpServerRequest request() {
        return Objects.requireNonNull(arrival.request(), "a detached exchange has no client");
    }

    /** The response to write to. */
    public final HttpServerResponse response() {
        return request().response();
    }

    /** Fields of the request, changed in place by policies. */
    public final MultiMap headers() {
        return arrival.headers();
    }

    /** Who sends it. */
    public final Caller caller() {
        return arrival.caller();
    }

    /** Method as Vert.x knows it. */
    public final HttpMethod httpMethod() {
        return arrival.method();
    }

    /** Version of HTTP that the client speaks. */
    public final HttpVersion version() {
        return arrival.version();
    }

    /** Whether HTTP/1.0 is spoken, which knows neither chunks nor interim responses. */
    public final boolean isHttp10() {
        return version() == HttpVersion.HTTP_1_0;
    }

    /** Whether only the head of the answer is wanted. */
    public final boolean isHead() {
        return httpMethod().equals(HttpMethod.HEAD);
    }

    /** Host and port as the client sent them; empty where it sent none. */
    public final String authority() {
        return arrival.line().authority();
    }

    /** Whether a body follows the head; it may turn out to be empty. */
    public final boolean hasBody() {
        return arrival.line().hasBody();
    }

    /** Announced length of the body in bytes; 0 without a body, -1 where it is not announced. */
    public final long contentLength() {
        return arrival.line().contentLength();
    }

    /** Whether the client waits for {@code 100 Continue} before it sends the body. */
    public final boolean expectsContinue() {
        return arrival.line().expectsContinue();
    }

    /** Why the request is refused whatever its route; null for one that was let in. */
    public final @Nullable Problem refusal() {
        return arrival.line().refusal();
    }

    /** Whether it asks about the server as a whole, {@code OPTIONS *}. */
    public final boolean isAboutServer() {
        return arrival.line().path().equals("*");
    }

    @Override
    public final String method() {
        return httpMethod().name();
    }

    @Override
    public final String host() {
        return arrival.line().host();
    }

    @Override
    public final String path() {
        return arrival.line().path();
    }

    @Override
    public final @Nullable String query() {
        return arrival.line().query();
    }

    @Override
    public final @Nullable String header(String name) {
        return headers().get(name);
    }

    @Override
    public final @Nullable String list(String name) {
        var first = headers().get(name);
        if (first == null) {
            return null;
        }
        var lines = headers().getAll(name);
        return lines.size() == 1 ? first : String.join(", ", lines);
    }

    @Override
    public final String clientAddress() {
        return caller().clientAddress();
    }

    /** Read once, however many policies ask. */
    @Override
    public final byte[] clientBytes() {
        var known = clientBytes;
        if (known == null) {
            known = IpBytes.of(caller().clientAddress());
            clientBytes = known;
        }
        return known;
    }

    @Override
    public final String protocol() {
        return switch (version()) {
            case HTTP_1_0 -> "HTTP/1.0";
            case HTTP_1_1 -> "HTTP/1.1";
            case HTTP_2 -> "HTTP/2";
        };
    }

    @Override
    public final @Nullable String userAgent() {
        return header("user-agent");
    }

    @Override
    public final @Nullable String referer() {
        return header("referer");
    }
}
