package gatehouse.exchange;

import gatehouse.config.PathPattern;
import gatehouse.problem.Problem;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One request and its response while they pass. Holds the canonical request, which policies may edit before it goes
 * upstream, and gathers the facts that access log and metrics want in the end. A detached one has no client: the gateway asks
 * on its own behalf. Confined to its event loop.
 */
public final class Exchange extends SentBack {
    private Identity identity = Identity.NOBODY;
    private boolean identified;
    private Map<String, Object> shown = Map.of();
    private @Nullable PathPattern pattern;
    private @Nullable GrpcCall call;
    private @Nullable Trace trace;

    private boolean clientGone;
    private boolean handedOver;
    private boolean closesConnection;
    private @Nullable Runnable whenClientLeaves;
    private @Nullable Runnable whenEnded;

    private @Nullable Switching switching;

    Exchange(Arrival arrival) {
        super(arrival);
    }

    /**
     * An exchange with the same target, caller and id that the gateway begins by itself, without a body and without a client
     * who waits for it. Where its answer goes is said with {@link #answerInto} or {@link #answerTo}.
     *
     * @param asked method of its request
     * @param fields fields of its request
     */
    public Exchange detached(HttpMethod asked, MultiMap fields) {
        var authority = Authority.normal(caller().scheme(), host(), authority()); // however this client spells it
        var line = new RequestLine(authority, host(), path(), query(), false, 0, false, null);
        var detached =
                new Exchange(new Arrival(null, asked, version(), fields, requestId(), listener(), caller(), line));
        detached.routedTo(route(), pattern);
        detached.sendLike(this);
        detached.keepPace(pace());
        detached.identity = identity;
        detached.identified = identified;
        detached.shown = shown;
        detached.trace = trace;
        detached.askedBy(this);
        return detached;
    }

    /** The answer goes to the client of another exchange after all, whose leaving ends this one. For a detached exchange. */
    public void answerTo(Exchange other) {
        answersTo(other);
        other.whenClientLeaves(this::clientLeft);
    }

    /** Takes over what is known of the target from an exchange that was made for this one. */
    public void servedBy(Exchange other) {
        servedLike(other);
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

    @Override
    public @Nullable String consumer() {
        return identity.consumer();
    }

    /**
     * Notes which route took it.
     *
     * @param matched the pattern that its path matched, or null
     */
    public void routedTo(@Nullable String name, @Nullable PathPattern matched) {
        takenBy(name);
        pattern = matched;
    }

    @Override
    public @Nullable PathPattern pattern() {
        return pattern;
    }

    /** The record that is kept for a trace; null for an exchange that is not sampled. */
    public @Nullable Trace trace() {
        return trace;
    }

    /** Keeps a record for a trace. */
    public void traced(Trace record) {
        trace = record;
    }

    /** Notes that the client asks for a WebSocket, and may. */
    public void wantsWebSocket() {
        switching = new Switching();
    }

    @Override
    public boolean isWebSocket() {
        return switching != null;
    }

    /** Notes that its connection was handed over: it ends when whoever has it says so. For one that {@link #isWebSocket}. */
    public void upgrade(long nanos) {
        Objects.requireNonNull(switching, "switching").done();
        over(nanos);
        whenClientLeaves = null;
    }

    /** Whether its connection was handed over. */
    public boolean isUpgraded() {
        return switching != null && switching.isDone();
    }

    /** Notes the code with which a WebSocket was closed. */
    public void closedWith(int code) {
        Objects.requireNonNull(switching, "switching").closedWith(code);
    }

    @Override
    public int closeCode() {
        return switching == null ? 0 : switching.closeCode();
    }

    /** Whether the client's connection ends after this; what else comes on it is not looked at (RFC 9112 §9.6). */
    public boolean closesConnection() {
        return closesConnection;
    }

    /** Decides that the client's connection ends after this; for HTTP/2, where streams end alone, it means nothing. */
    public void closeConnection() {
        closesConnection = version() != HttpVersion.HTTP_2;
    }

    /** Notes that the whole answer was handed over for sending. */
    public void handOver() {
        handedOver = true;
    }

    /** Whether the whole answer was handed over for sending, so that only the client can hold it up. */
    public boolean isHandedOver() {
        return handedOver;
    }

    /** Whether the client has gone away, so that nobody waits for a reply. */
    public boolean clientGone() {
        return clientGone;
    }

    @Override
    public boolean aborted() {
        return clientGone;
    }

    /** Who is told when the client goes away while the exchange is under way; the last one named is. */
    public void whenClientLeaves(@Nullable Runnable told) {
        whenClientLeaves = told;
    }

    /** Notes that the client has gone away. */
    public void clientLeft() {
        if (isUpgraded()) {
            return; // whoever has the connection knows
        }
        clientGone = true;
        if (whenClientLeaves != null) {
            whenClientLeaves.run();
        }
    }

    /** Notes why the gateway answered itself, or why the answer was broken off. */
    public void failedWith(Problem reason) {
        endedBy(reason.name());
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

    /** Notes the end; from here on only the facts are read. */
    public void ended(long nanos, long received, long sent) {
        over(nanos);
        received(received);
        sent(sent);
        var told = whenEnded;
        whenEnded = null;
        if (told != null) {
            told.run();
        }
    }
}
