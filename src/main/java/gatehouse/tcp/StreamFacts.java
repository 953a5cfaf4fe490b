package gatehouse.tcp;

import gatehouse.exchange.ExchangeFacts;
import gatehouse.exchange.Identity;
import gatehouse.exchange.RequestHead;
import org.jspecify.annotations.Nullable;

/** What is known of one connection that is passed on: enough to find its route and target, and for its line in the log. */
final class StreamFacts implements RequestHead, ExchangeFacts {
    private static final int SERVED = 200;

    private final String id;
    private final String listener;
    private final String method;
    private final String client;
    private final String host;
    private final Identity identity;
    private final long startEpochMillis = System.currentTimeMillis();
    private final long startNanos = System.nanoTime();

    private @Nullable String route;
    private @Nullable String service;
    private @Nullable String target;
    private @Nullable String problem;
    private @Nullable String consumer;
    private int status = SERVED;
    private int attempts;
    private long askedAt = -1;
    private long upstreamNanos = -1;
    private long endNanos;
    private long bytesIn;
    private long bytesOut;
    private boolean aborted;

    StreamFacts(String id, String listener, String method, String client, String host, Identity identity) {
        this.id = id;
        this.listener = listener;
        this.method = method;
        this.client = client;
        this.host = host;
        this.identity = identity;
    }

    void routedTo(String name, @Nullable String serviceName) {
        route = name;
        service = serviceName;
    }

    void asks(String targetId) {
        target = targetId;
        attempts++;
        askedAt = System.nanoTime();
    }

    void connected() {
        upstreamNanos = System.nanoTime() - askedAt;
    }

    void refused(int code, String why) {
        status = code;
        problem = why;
    }

    void is(@Nullable String name) {
        consumer = name;
    }

    void broken() {
        aborted = true;
    }

    void in(long bytes) {
        bytesIn += bytes;
    }

    void out(long bytes) {
        bytesOut += bytes;
    }

    void ended() {
        endNanos = System.nanoTime();
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
    public String requestId() {
        return id;
    }

    @Override
    public String clientAddress() {
        return client;
    }

    @Override
    public String listener() {
        return listener;
    }

    @Override
    public String method() {
        return method;
    }

    @Override
    public String host() {
        return host;
    }

    @Override
    public String path() {
        return "/";
    }

    @Override
    public @Nullable String query() {
        return null;
    }

    @Override
    public @Nullable String header(String name) {
        return null;
    }

    @Override
    public Identity identity() {
        return identity;
    }

    @Override
    public String protocol() {
        return method;
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
    public int status() {
        return status;
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
    public int attempts() {
        return attempts;
    }

    @Override
    public long upstreamNanos() {
        return upstreamNanos;
    }

    @Override
    public @Nullable String problem() {
        return problem;
    }

    @Override
    public @Nullable String userAgent() {
        return null;
    }

    @Override
    public @Nullable String referer() {
        return null;
    }

    @Override
    public @Nullable String consumer() {
        return consumer;
    }

    @Override
    public boolean aborted() {
        return aborted;
    }
}
