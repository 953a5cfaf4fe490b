package gatehouse.exchange;

import gatehouse.config.PathPattern;
import gatehouse.problem.Problem;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.streams.WriteStream;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One request and its response while they pass. Holds the canonical request, which policies may edit before it goes
 * upstream, and gathers the facts that access log and metrics want in the end. A detached one has no client: the gateway asks
 * on its own behalf. Confined to its event loop.
 */
public final class Exchange implements RequestHead, ExchangeFacts {
    private final @Nullable HttpServerRequest request;
    private final HttpMethod method;
    private final HttpVersion version;
    private final MultiMap headers;
    private final String id;
    private final String listener;
    private final Caller caller;
    private final RequestLine line;
    private final long startEpochMillis;
    private final long startNanos;

    private long bodyLimit = Long.MAX_VALUE;
    private Pace pace = Pace.ANY;
    private Identity identity = Identity.NOBODY;
    private boolean identified;
    private Map<String, Object> shown = Map.of();
    private @Nullable PathPattern pattern;
    private @Nullable String upstreamPath;
    private @Nullable String upstreamQuery;
    private @Nullable String upstreamTarget;
    private boolean clientGone;
    private boolean handedOver;
    private boolean closesConnection;
    private boolean continued;
    private boolean webSocket;
    private boolean upgraded;
    private int closeCode;
    private @Nullable Runnable whenClientLeaves;
    private @Nullable Runnable whenEnded;
    private @Nullable Unsent unsent;
    private @Nullable Outflow outflow;
    private @Nullable Exchange answersTo;
    private @Nullable Exchange asker;
    private @Nullable MultiMap trailers;
    private @Nullable GrpcCall call;
    private @Nullable Reshaping inflow;
    private @Nullable Buffer ready;
    private @Nullable Buffer readBefore;
    private @Nullable HttpMethod upstreamMethod;
    private @Nullable Trace trace;

    private @Nullable String route;
    private @Nullable String service;
    private @Nullable String target;
    private @Nullable Problem problem;
    private int status;
    private int attempts;
    private long upstreamNanos = -1;
    private long endNanos;
    private long bytesIn;
    private long bytesOut;

    Exchange(HttpServerRequest request, String id, String listener, Caller caller, RequestLine line) {
        this(request, request.method(), request.version(), request.headers(), id, listener, caller, line);
    }

    Exchange(
            @Nullable HttpServerRequest request,
            HttpMethod method,
            HttpVersion version,
            MultiMap headers,
            String id,
            String listener,
            Caller caller,
            RequestLine line) {
        this.request = request;
        this.method = method;
        this.version = version;
        this.headers = headers;
        this.id = id;
        this.listener = listener;
        this.caller = caller;
        this.line = line;
        this.upstreamQuery = line.query();
        this.startEpochMillis = System.currentTimeMillis();
        this.startNanos = System.nanoTime();
    }

    /**
     * An exchange with the same target, caller and id that the gateway begins by itself, without a body and without a client
     * who waits for it. Where its answer goes is said with {@link #answerInto} or {@link #answerTo}.
     *
     * @param asked method of its request
     * @param fields fields of its request
     */
    public Exchange detached(HttpMethod asked, MultiMap fields) {
        var authority = Authority.normal(caller.scheme(), host(), authority()); // however this client spells it
        var line = new RequestLine(
                authority, this.line.host(), this.line.path(), this.line.query(), false, 0, false, null);
        var detached = new Exchange(null, asked, version, fields, id, listener, caller, line);
        detached.route = route;
        detached.pace = pace;
        detached.identity = identity;
        detached.identified = identified;
        detached.shown = shown;
        detached.pattern = pattern;
        detached.trace = trace;
        detached.asker = this;
        return detached;
    }

    /** Whether there is no client. */
    public boolean isDetached() {
        return request == null;
    }

    /** The body of the answer goes there, no faster than its writes complete. For a detached exchange. */
    public void answerInto(WriteStream<Buffer> sink) {
        outflow = new Outflow(new Unsent(() -> Long.MAX_VALUE), sink);
    }

    /** The answer goes to the client of another exchange after all, whose leaving ends this one. For a detached exchange. */
    public void answerTo(Exchange other) {
        outflow = other.outflow();
        answersTo = other;
        other.whenClientLeaves(this::clientLeft);
    }

    /** Takes over what is known of the target from an exchange that was made for this one. */
    public void servedBy(Exchange other) {
        service = other.service;
        target = other.target;
        attempts = other.attempts;
        upstreamNanos = other.upstreamNanos;
    }

    /** The request as Vert.x sees it; paused until its body is asked for. There is none for a detached exchange. */
    public HttpServerRequest request() {
        return Objects.requireNonNull(request, "a detached exchange has no client");
    }

    /** The response to write to. */
    public HttpServerResponse response() {
        return request().response();
    }

    /** Trailers of the answer. */
    public MultiMap trailers() {
        if (trailers == null && request != null) {
            return request.response().trailers();
        }
        if (answersTo != null) {
            return answersTo.trailers();
        }
        if (trailers == null) {
            trailers = HttpHeaders.headers();
        }
        return trailers;
    }

    /** From now on trailers of the answer are kept here, for whoever makes something else of them. */
    public void keepTrailers() {
        trailers = HttpHeaders.headers();
    }

    /** The call of gRPC that this is, or null. */
    public @Nullable GrpcCall call() {
        return call;
    }

    /** The call of gRPC that this is and that its route carries as such, or null. */
    public @Nullable GrpcCall carriedCall() {
        return call != null && call.isCarried() ? call : null;
    }

    /** Notes that this is a call of gRPC. */
    public void calls(@Nullable GrpcCall made) {
        call = made;
    }

    /** From now on its body goes through this before it is sent on. */
    public void bodyThrough(Reshaping next) {
        inflow = next;
    }

    /**
     * A piece of its body has come.
     *
     * @return what is sent on of it
     * @throws gatehouse.problem.ProblemException where it is unfit
     */
    public Buffer arrived(Buffer chunk, boolean isLast) {
        return inflow == null ? chunk : inflow.reshape(chunk, isLast);
    }

    /** Whether its body becomes another one, so that its announced length says nothing. */
    public boolean isBodyReshaped() {
        return inflow != null;
    }

    /** A body to send instead of the request's own, which has none, or null. */
    public @Nullable Buffer readyBody() {
        return ready;
    }

    /** Chooses the body to send; for a request that has none. */
    public void sendBody(Buffer whole) {
        ready = whole;
    }

    /** The request's own body where it was read before anybody sends it on, or null; nobody changes it. */
    public @Nullable Buffer bodyReadBefore() {
        return readBefore;
    }

    /** Notes that the body was read, whole; it goes to the target as it came all the same. */
    public void hasReadBody(Buffer whole) {
        readBefore = whole;
    }

    /** Method to send to the target. */
    public HttpMethod upstreamMethod() {
        return upstreamMethod == null ? method : upstreamMethod;
    }

    /** Chooses the method to send to the target. */
    public void sendWith(HttpMethod chosen) {
        upstreamMethod = chosen;
    }

    /** Until {@link #answerDirectly} the body of the answer, and its trailers, go there; no faster than its writes complete. */
    public void divertAnswer(WriteStream<Buffer> sink) {
        keepTrailers();
        outflow = new Outflow(new Unsent(() -> Long.MAX_VALUE), sink);
    }

    /** What is written from now on goes to the client again; what was diverted stays so. */
    public void answerDirectly() {
        outflow = null;
    }

    /** Lets the end of a request without a body pass. */
    public void skipBody() {
        if (request != null) {
            request.resume();
        }
    }

    /** Passes an interim answer on to the client; a detached exchange to that of the one it came from, while it waits. */
    public void writeEarlyHints(MultiMap hints) {
        if (request != null) {
            request.response().writeEarlyHints(hints);
        } else if (asker != null && asker.isWaiting()) {
            asker.writeEarlyHints(hints);
        }
    }

    private boolean isWaiting() {
        return !clientGone && request != null && !request.response().headWritten();
    }

    /** Counts the bytes of its answer on an account that the exchanges of a connection share. */
    public void countUnsent(Unsent account) {
        unsent = account;
    }

    /** Where the body of the answer goes, no faster than the client takes it. */
    public Outflow outflow() {
        if (outflow == null) {
            outflow = new Outflow(unsent == null ? new Unsent(() -> Long.MAX_VALUE) : unsent, response());
        }
        return outflow;
    }

    /** Whether the body of the answer becomes another one on its way out. */
    public boolean isReshaped() {
        return outflow != null && outflow.isReshaped();
    }

    /** The record that is kept for a trace; null for an exchange that is not sampled. */
    public @Nullable Trace trace() {
        return trace;
    }

    /** Keeps a record for a trace. */
    public void traced(Trace record) {
        trace = record;
    }

    /** Fields of the request, changed in place by policies. */
    public MultiMap headers() {
        return headers;
    }

    /** Who sends it. */
    public Caller caller() {
        return caller;
    }

    /** Method as Vert.x knows it. */
    public HttpMethod httpMethod() {
        return method;
    }

    /** Version of HTTP that the client speaks. */
    public HttpVersion version() {
        return version;
    }

    /** Whether only the head of the answer is wanted. */
    public boolean isHead() {
        return method.equals(HttpMethod.HEAD);
    }

    /** Host and port as the client sent them; empty where it sent none. */
    public String authority() {
        return line.authority();
    }

    /** Whether a body follows the head; it may turn out to be empty. */
    public boolean hasBody() {
        return line.hasBody();
    }

    /** Announced length of the body in bytes; 0 without a body, -1 where it is not announced. */
    public long contentLength() {
        return line.contentLength();
    }

    /** Whether the client waits for {@code 100 Continue} before it sends the body. */
    public boolean expectsContinue() {
        return line.expectsContinue();
    }

    /** Tells the client to send the body that it holds back; only the first time counts. */
    public void sendContinue() {
        if (!continued) {
            continued = true;
            response().writeContinue();
        }
    }

    /**
     * Whether the client waits to be told to send its body. With a final answer instead it may send it or not, and what follows on the
     * connection can't be told apart (RFC 9110 §10.1.1).
     */
    public boolean isBodyInDoubt() {
        return line.expectsContinue() && !continued && line.hasBody() && request != null && !request.isEnded();
    }

    /** Why the request is refused whatever its route; null for one that was let in. */
    public @Nullable Problem refusal() {
        return line.refusal();
    }

    /** Whether it asks about the server as a whole, {@code OPTIONS *}. */
    public boolean isAboutServer() {
        return line.path().equals("*");
    }

    /** Whether the client's connection ends after this; what else comes on it is not looked at (RFC 9112 §9.6). */
    public boolean closesConnection() {
        return closesConnection;
    }

    /** Decides that the client's connection ends after this; for HTTP/2, where streams end alone, it means nothing. */
    public void closeConnection() {
        closesConnection = version != HttpVersion.HTTP_2;
    }

    /** Path and query to send to the target. */
    public String upstreamTarget() {
        if (upstreamTarget == null) {
            var path = upstreamPath();
            upstreamTarget = upstreamQuery == null ? path : path + "?" + upstreamQuery;
        }
        return upstreamTarget;
    }

    /** Path to send to the target: the request's own, unless a policy has chosen another. */
    public String upstreamPath() {
        return upstreamPath == null ? line.path() : upstreamPath;
    }

    /** Query to send to the target, or null. */
    public @Nullable String upstreamQuery() {
        return upstreamQuery;
    }

    /**
     * Chooses what is sent to the target instead of the request's own path and query.
     *
     * @param path canonical path
     * @param query query of visible ASCII characters, or null
     */
    public void sendAs(String path, @Nullable String query) {
        upstreamPath = path;
        upstreamQuery = query;
        upstreamTarget = null;
    }

    @Override
    public @Nullable PathPattern pattern() {
        return pattern;
    }

    /** Most bytes that the body may have; enforced while it streams, whatever its framing. */
    public long bodyLimit() {
        return bodyLimit;
    }

    /** Lowers the limit of the body. */
    public void limitBody(long bytes) {
        bodyLimit = Math.min(bodyLimit, bytes);
    }

    /** How fast bodies must move. */
    public Pace pace() {
        return pace;
    }

    /** Sets how fast bodies must move. */
    public void keepPace(Pace least) {
        pace = least;
    }

    /** Notes what the certificate says that the client has shown; it is the claim {@code tls}, and nobody else writes that. */
    public void showed(Map<String, Object> certificate) {
        shown = certificate;
        identity = Identity.with(identity, certificate);
    }

    /** Who calls; {@link Identity#NOBODY} until a policy has found out. */
    @Override
    public Identity identity() {
        return identity;
    }

    /** Notes who calls. */
    public void identify(Identity found) {
        identity = Identity.with(found, shown);
        identified = true;
    }

    /** Whether a policy has found out who calls, be it somebody without a name. */
    public boolean isIdentified() {
        return identified;
    }

    /** Whether the client has gone away, so that nobody waits for a reply. */
    public boolean clientGone() {
        return clientGone;
    }

    /** Notes that the whole answer was handed over for sending. */
    public void handOver() {
        handedOver = true;
    }

    /** Whether the whole answer was handed over for sending, so that only the client can hold it up. */
    public boolean isHandedOver() {
        return handedOver;
    }

    /** Who is told when the client goes away while the exchange is under way; the last one named is. */
    public void whenClientLeaves(@Nullable Runnable told) {
        whenClientLeaves = told;
    }

    /** Notes that the client has gone away. */
    public void clientLeft() {
        if (upgraded) {
            return; // whoever has the connection knows
        }
        clientGone = true;
        if (whenClientLeaves != null) {
            whenClientLeaves.run();
        }
    }

    /** Whether HTTP/1.0 is spoken, which knows neither chunks nor interim responses. */
    public boolean isHttp10() {
        return version == HttpVersion.HTTP_1_0;
    }

    /**
     * Notes which route took it.
     *
     * @param matched the pattern that its path matched, or null
     */
    public void routedTo(String name, @Nullable PathPattern matched) {
        route = name;
        pattern = matched;
    }

    /** Adds who is told when it has ended, whatever its end is. */
    public void whenEnded(Runnable told) {
        var before = whenEnded;
        whenEnded = before == null
                ? told
                : () -> {
                    before.run();
                    told.run();
                };
    }

    /** Notes for which service it is, whether or not a target is found. */
    public void meantFor(String serviceName) {
        service = serviceName;
    }

    /** Notes another attempt at a target. */
    public void attempted(String targetId) {
        target = targetId;
        attempts++;
    }

    /** Does not count the last attempt: nothing reached a target, and another follows at once. */
    public void attemptSpared() {
        attempts--;
    }

    /** Notes how long the target took from the last attempt's start to the head of its reply. */
    public void upstreamTook(long nanos) {
        upstreamNanos = nanos;
    }

    /** Notes why the gateway answered itself, or why the answer was broken off. */
    public void failedWith(Problem reason) {
        problem = reason;
    }

    /** Notes the status that was sent. */
    public void answered(int sentStatus) {
        status = sentStatus;
    }

    /** Notes that the client asks for a WebSocket, and may. */
    public void wantsWebSocket() {
        webSocket = true;
    }

    @Override
    public boolean isWebSocket() {
        return webSocket;
    }

    /** Notes that its connection was handed over: it ends when whoever has it says so. */
    public void upgrade(long nanos) {
        upgraded = true;
        endNanos = nanos;
        whenClientLeaves = null;
    }

    /** Whether its connection was handed over. */
    public boolean isUpgraded() {
        return upgraded;
    }

    /** Notes the code with which a WebSocket was closed. */
    public void closedWith(int code) {
        closeCode = code;
    }

    @Override
    public int closeCode() {
        return closeCode;
    }

    /** Notes the end; from here on only the facts are read. */
    public void ended(long nanos, long received, long sent) {
        endNanos = nanos;
        bytesIn = received;
        bytesOut = sent;
        var told = whenEnded;
        whenEnded = null;
        if (told != null) {
            told.run();
        }
    }

    @Override
    public String listener() {
        return listener;
    }

    @Override
    public String method() {
        return method.name();
    }

    @Override
    public String host() {
        return line.host();
    }

    @Override
    public String path() {
        return line.path();
    }

    @Override
    public @Nullable String query() {
        return line.query();
    }

    @Override
    public @Nullable String header(String name) {
        return headers.get(name);
    }

    @Override
    public String clientAddress() {
        return caller.clientAddress();
    }

    @Override
    public String requestId() {
        return id;
    }

    @Override
    public String protocol() {
        return switch (version) {
            case HTTP_1_0 -> "HTTP/1.0";
            case HTTP_1_1 -> "HTTP/1.1";
            case HTTP_2 -> "HTTP/2";
        };
    }

    @Override
    public @Nullable String route() {
        return route;
    }

    @Override
    public @Nullable String service() {
        return service;
    }

    @Override
    public @Nullable String target() {
        return target;
    }

    @Override
    public @Nullable String problem() {
        return problem == null ? null : problem.name();
    }

    @Override
    public int status() {
        return status;
    }

    @Override
    public int attempts() {
        return attempts;
    }

    @Override
    public long upstreamNanos() {
        return upstreamNanos;
    }

    @Override
    public long startEpochMillis() {
        return startEpochMillis;
    }

    @Override
    public long startNanos() {
        return startNanos;
    }

    @Override
    public long endNanos() {
        return endNanos;
    }

    @Override
    public long bytesIn() {
        return bytesIn;
    }

    @Override
    public long bytesOut() {
        return bytesOut;
    }

    @Override
    public @Nullable String userAgent() {
        return header("user-agent");
    }

    @Override
    public @Nullable String referer() {
        return header("referer");
    }

    @Override
    public @Nullable String consumer() {
        return identity.consumer();
    }

    @Override
    public boolean aborted() {
        return clientGone;
    }
}
