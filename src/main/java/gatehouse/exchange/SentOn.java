package gatehouse.exchange;

import gatehouse.problem.Problem;
import gatehouse.problem.ProblemException;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The request of an exchange as it is sent on to a target: as it was received, but for what policies choose instead. */
public abstract class SentOn extends Received {
    private long bodyLimit = Long.MAX_VALUE;
    private Pace pace = Pace.ANY;
    private boolean continued;
    private @Nullable String upstreamTarget;
    private @Nullable Chosen chosen;

    SentOn(Arrival arrival) {
        super(arrival);
    }

    private Chosen chosen() {
        if (chosen == null) {
            chosen = new Chosen(this);
        }
        return chosen;
    }

    /** Method to send to the target. */
    public final HttpMethod upstreamMethod() {
        return chosen == null ? httpMethod() : chosen.method;
    }

    /** Chooses the method to send to the target. */
    public final void sendWith(HttpMethod method) {
        chosen().method = method;
    }

    /** Path and query to send to the target. */
    public final String upstreamTarget() {
        if (upstreamTarget == null) {
            var path = upstreamPath();
            var query = upstreamQuery();
            upstreamTarget = query == null ? path : path + "?" + query;
        }
        return upstreamTarget;
    }

    /** Path to send to the target: the request's own, unless a policy has chosen another. */
    public final String upstreamPath() {
        return chosen == null ? path() : chosen.path;
    }

    /** Query to send to the target, or null. */
    public final @Nullable String upstreamQuery() {
        return chosen == null ? query() : chosen.query;
    }

    /**
     * Chooses what is sent to the target instead of the request's own path and query.
     *
     * @param path canonical path
     * @param query query of visible ASCII characters, or null
     */
    public final void sendAs(String path, @Nullable String query) {
        var instead = chosen();
        instead.path = path;
        instead.query = query;
        upstreamTarget = null;
    }

    /**
     * Lets fields go to the target of which a client's never do ({@link Fields#isForwarding}).
     *
     * @param names fields that were written here, and of which there is none of the client's left
     */
    public final void letTravel(List<String> names) {
        if (!names.isEmpty()) {
            var all = new ArrayList<>(travelling());
            names.stream().filter(name -> !isAmong(all, name)).forEach(all::add);
            chosen().travelling = all;
        }
    }

    private static boolean isAmong(List<String> names, String name) {
        return names.stream().anyMatch(other -> other.equalsIgnoreCase(name));
    }

    /** Names of fields that travel although a client's don't, each once. */
    public final List<String> travelling() {
        return chosen == null ? List.of() : chosen.travelling;
    }

    /** Goes where another exchange does, with those of its fields: its credentials stay hidden in this one, too. */
    final void sendLike(SentOn other) {
        if (other.chosen != null) {
            sendAs(other.chosen.path, other.chosen.query);
            letTravel(other.chosen.travelling);
        }
    }

    /** A body to send instead of the request's own, which has none, or null. */
    public final @Nullable Buffer readyBody() {
        return chosen == null ? null : chosen.body;
    }

    /** Chooses the body to send; for a request that has none. */
    public final void sendBody(Buffer whole) {
        chosen().body = whole;
    }

    /** The request's own body where it was read before anybody sends it on, or null; nobody changes it. */
    public final @Nullable Buffer bodyReadBefore() {
        return chosen == null ? null : chosen.readBefore;
    }

    /** Notes that the body was read, whole; it goes to the target as it came all the same. */
    public final void hasReadBody(Buffer whole) {
        chosen().readBefore = whole;
    }

    /** From now on its body goes through this before it is sent on. */
    public final void bodyThrough(Reshaping next) {
        chosen().reshaping = next;
    }

    /** Whether its body becomes another one, so that its announced length says nothing. */
    public final boolean isBodyReshaped() {
        return chosen != null && chosen.reshaping != null;
    }

    /**
     * A piece of its body has come.
     *
     * @return what is sent on of it
     * @throws ProblemException where it is unfit, or can't be reshaped for a fault of the gateway
     */
    public final Buffer arrived(Buffer chunk, boolean isLast) {
        var reshaping = chosen == null ? null : chosen.reshaping;
        if (reshaping == null) {
            return chunk;
        }
        try {
            return reshaping.reshape(chunk, isLast);
        } catch (ProblemException e) {
            throw e;
        } catch (RuntimeException | StackOverflowError e) {
            throw Problem.internal().asFailure(e); // whoever waits for the rest of it has to be told
        }
    }

    /** Lets the end of a request without a body pass. */
    public final void skipBody() {
        if (!isDetached() && !request().isEnded()) { // it has passed where this is another try
            request().resume();
        }
    }

    /** Tells the client to send the body that it holds back; only the first time counts. */
    public final void sendContinue() {
        if (!continued) {
            continued = true;
            response().writeContinue();
        }
    }

    /**
     * Whether the client waits to be told to send its body. With a final answer instead it may send it or not, and what follows on the
     * connection can't be told apart (RFC 9110 §10.1.1).
     */
    public final boolean isBodyInDoubt() {
        return expectsContinue()
                && !continued
                && hasBody()
                && !isDetached()
                && !request().isEnded();
    }

    /** Most bytes that the body may have; enforced while it streams, whatever its framing. */
    public final long bodyLimit() {
        return bodyLimit;
    }

    /** Lowers the limit of the body. */
    public final void limitBody(long bytes) {
        bodyLimit = Math.min(bodyLimit, bytes);
    }

    /** How fast bodies must move. */
    public final Pace pace() {
        return pace;
    }

    /** Sets how fast bodies must move. */
    public final void keepPace(Pace least) {
        pace = least;
    }

    /** What is sent in place of what was received; for the few of which something is changed. */
    private static final class Chosen {
        private String path;
        private @Nullable String query;
        private HttpMethod method;
        private List<String> travelling = List.of();
        private @Nullable Buffer body;
        private @Nullable Buffer readBefore;
        private @Nullable Reshaping reshaping;

        Chosen(Received as) {
            path = as.path();
            query = as.query();
            method = as.httpMethod();
        }
    }
}
