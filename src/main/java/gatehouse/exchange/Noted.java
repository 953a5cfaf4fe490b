package gatehouse.exchange;

import org.jspecify.annotations.Nullable;

/**
 * What is noted of something while it passes, for its line in the log and the metrics: a request with its answer, or a connection
 * whose bytes are relayed. Confined to its event loop.
 */
public abstract class Noted implements ExchangeFacts {
    private final String id;
    private final String listener;
    private final long startEpochMillis = System.currentTimeMillis();
    private final long startNanos = System.nanoTime();

    private @Nullable String route;
    private @Nullable String service;
    private @Nullable String target;
    private @Nullable String problem;
    private int status;
    private int attempts;
    private long upstreamNanos = -1;
    private long endNanos;
    private long bytesIn;
    private long bytesOut;

    /**
     * Begins now.
     *
     * @param id the id that client, target and log know it by
     * @param listener name of the listener that took it
     */
    protected Noted(String id, String listener) {
        this.id = id;
        this.listener = listener;
    }

    /** Notes which route took it. */
    protected final void takenBy(@Nullable String routeName) {
        route = routeName;
    }

    /** Notes for which service it is, whether or not a target is found. */
    public final void meantFor(@Nullable String serviceName) {
        service = serviceName;
    }

    /** Notes another attempt at a target. */
    public final void attempted(String targetId) {
        target = targetId;
        attempts++;
    }

    /** Does not count the last attempt: nothing reached a target, and another follows at once. */
    public final void attemptSpared() {
        attempts--;
    }

    /** Notes how long the target took from the last attempt's start to the head of its reply. */
    public final void upstreamTook(long nanos) {
        upstreamNanos = nanos;
    }

    /** Notes the status that was sent. */
    public final void answered(int sentStatus) {
        status = sentStatus;
    }

    /** Notes the name of the problem that ended it. */
    protected final void endedBy(String problemName) {
        problem = problemName;
    }

    /** Notes when it was over. */
    protected final void over(long nanos) {
        endNanos = nanos;
    }

    /** Counts bytes that came from the client. */
    protected final void received(long bytes) {
        bytesIn += bytes;
    }

    /** Counts bytes that the client got. */
    protected final void sent(long bytes) {
        bytesOut += bytes;
    }

    /** Takes over what is known of the target from another that asked it for this one. */
    protected final void servedLike(Noted other) {
        service = other.service;
        target = other.target;
        attempts = other.attempts;
        upstreamNanos = other.upstreamNanos;
    }

    @Override
    public final long startEpochMillis() {
        return startEpochMillis;
    }

    @Override
    public final long startNanos() {
        return startNanos;
    }

    @Override
    public final long endNanos() {
        return endNanos;
    }

    @Override
    public final String requestId() {
        return id;
    }

    @Override
    public final String listener() {
        return listener;
    }

    @Override
    public final @Nullable String route() {
        return route;
    }

    @Override
    public final @Nullable String service() {
        return service;
    }

    @Override
    public final @Nullable String target() {
        return target;
    }

    @Override
    public final int status() {
        return status;
    }

    @Override
    public final long bytesIn() {
        return bytesIn;
    }

    @Override
    public final long bytesOut() {
        return bytesOut;
    }

    @Override
    public final int attempts() {
        return attempts;
    }

    @Override
    public final long upstreamNanos() {
        return upstreamNanos;
    }

    @Override
    public final @Nullable String problem() {
        return problem;
    }
}
