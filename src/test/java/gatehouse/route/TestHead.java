package gatehouse.route;

import gatehouse.exchange.RequestHead;
import java.net.URI;
import java.util.Map;
import java.util.TreeMap;

/** A request head without a connection. */
record TestHead(
        String listener,
        String method,
        String host,
        String path,
        String query,
        Map<String, String> headers,
        String clientAddress)
        implements RequestHead {

    /** Takes {@code http://host/path?query}, or just {@code /path?query} for a request that names no host. */
    static TestHead of(String method, String url) {
        var uri = URI.create(url);
        var host = uri.getHost() == null ? "" : uri.getHost();
        return new TestHead("web", method, host, uri.getRawPath(), uri.getRawQuery(), Map.of(), "192.0.2.1");
    }

    static TestHead get(String url) {
        return of("GET", url);
    }

    TestHead with(String name, String value) {
        var more = new TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
        more.putAll(headers);
        more.put(name, value);
        return new TestHead(listener, method, host, path, query, more, clientAddress);
    }

    TestHead on(String listener) {
        return new TestHead(listener, method, host, path, query, headers, clientAddress);
    }

    TestHead withHost(String host) {
        return new TestHead(listener, method, host, path, query, headers, clientAddress);
    }

    @Override
    public String header(String name) {
        return headers.isEmpty() ? null : headers.get(name);
    }
}
