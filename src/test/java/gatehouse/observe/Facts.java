package gatehouse.observe;

import gatehouse.exchange.ExchangeFacts;

/** An exchange that is told about, with plain values that a test may change. */
final class Facts implements ExchangeFacts {
    long startEpochMillis = 1_767_225_599_007L; // 2025-12-31T23:59:59.007Z
    long startNanos = 1_000_000_000L;
    long endNanos = startNanos + 12_345_678L;
    String requestId = "id-1";
    String clientAddress = "192.0.2.7";
    String method = "GET";
    String host = "api.example.com";
    String path = "/users/42";
    String query;
    String route = "users";
    String service = "users";
    String target = "http://10.0.0.1:8080";
    int status = 200;
    long bytesIn = 3;
    long bytesOut = 150;
    int attempts = 1;
    long upstreamNanos = 9_000_999L;
    String problem;
    String userAgent;
    String referer;
    String consumer;
    boolean aborted;

    static Facts unmatched() {
        var facts = new Facts();
        facts.route = null;
        facts.service = null;
        facts.target = null;
        facts.status = 404;
        facts.attempts = 0;
        facts.upstreamNanos = -1;
        facts.problem = "no-route";
        return facts;
    }

    Facts taking(long millis) {
        endNanos = startNanos + millis * 1_000_000;
        return this;
    }

    @Override
    public String listener() {
        return "web";
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
        return requestId;
    }

    @Override
    public String clientAddress() {
        return clientAddress;
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
        return path;
    }

    @Override
    public String query() {
        return query;
    }

    @Override
    public String protocol() {
        return "HTTP/1.1";
    }

    @Override
    public String route() {
        return route;
    }

    @Override
    public String service() {
        return service;
    }

    @Override
    public String target() {
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
    public String problem() {
        return problem;
    }

    @Override
    public String userAgent() {
        return userAgent;
    }

    @Override
    public String referer() {
        return referer;
    }

    @Override
    public String consumer() {
        return consumer;
    }

    @Override
    public boolean aborted() {
        return aborted;
    }
}
