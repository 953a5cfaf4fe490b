package gatehouse.tcp;

import gatehouse.exchange.Identity;
import gatehouse.exchange.Noted;
import gatehouse.exchange.RequestHead;
import org.jspecify.annotations.Nullable;

/** What is known of one connection that is passed on: enough to find its route and target, and for its line in the log. */
final class StreamFacts extends Noted implements RequestHead {
    private static final int SERVED = 200;

    private final String method;
    private final String client;
    private final String host;
    private final Identity identity;
    private @Nullable String consumer;
    private long askedAt = -1;
    private boolean aborted;

    StreamFacts(String id, String listener, String method, String client, String host, Identity identity) {
        super(id, listener);
        this.method = method;
        this.client = client;
        this.host = host;
        this.identity = identity;
        answered(SERVED);
    }

    void routedTo(String name, @Nullable String serviceName) {
        takenBy(name);
        meantFor(serviceName);
    }

    void asks(String targetId) {
        attempted(targetId);
        askedAt = System.nanoTime();
    }

    void connected() {
        upstreamTook(System.nanoTime() - askedAt);
    }

    void refused(int code, String why) {
        answered(code);
        endedBy(why);
    }

    void is(@Nullable String name) {
        consumer = name;
    }

    void broken() {
        aborted = true;
    }

    void in(long bytes) {
        received(bytes);
    }

    void out(long bytes) {
        sent(bytes);
    }

    void ended() {
        over(System.nanoTime());
    }

    @Override
    public String clientAddress() {
        return client;
    }

    @Override
    public String method() {
        return method;
    }

    @Override
    public String protocol() {
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
    public @Nullable String userAgent() {
        return null;
    }

    @Override
    public @Nullable String referer() {
        return null;
    }

    @Override
    public Identity identity() {
        return identity;
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
