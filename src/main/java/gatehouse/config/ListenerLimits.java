package gatehouse.config;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the clients of one listener may ask of the gateway. Each default is one that holds on the open internet; a weaker
 * value on an address that others reach must be named in {@code unsafe}.
 */
public record ListenerLimits(
        @Key(doc = "Longest request URI; more is 414.", value = "8KiB", min = 256, max = 65536)
        Size uri,

        @Key(
                doc =
                        "Most bytes of a request's header section; more is 431. Over HTTP/2 each field counts 32 bytes more.",
                value = "32KiB",
                min = 1024,
                max = 1048576)
        Size headers,

        @Key(doc = "Most header fields of a request; more is 431.", value = "100", min = 10, max = 10000)
        int fields,

        @Key(doc = "Most bytes of one header field; more is 431.", value = "8KiB", min = 256, max = 1048576)
        Size field,

        @Key(
                doc = "Longest time from a request's first byte, or from a connection's start, to the end of its header"
                        + " section; then 408.",
                value = "10s",
                min = 10)
        Duration headerTime,

        @Key(doc = "A connection without an exchange for this long is closed.", value = "60s", min = 10)
        Duration idle,

        @Key(
                doc = "A client that takes nothing of an answer for this long loses its connection.",
                value = "60s",
                min = 10)
        Duration stalled,

        @Key(doc = "Most bytes of answers that wait in memory for one connection.", value = "1MiB", min = 65536)
        Size unsent,

        @Key(
                doc = "Whether a client of HTTP/1.x that closes its sending direction after a request gets its answer;"
                        + " `false` takes it to have left.",
                value = "true")
        boolean halfClose,

        @Key(doc = "Most requests that one connection serves before it ends.", value = "10000", min = 1)
        int requests,

        @Key(
                doc = "A connection older than this ends with its next answer, a tenth sooner or later.",
                value = "1h",
                min = 10)
        Duration age,

        @Key(doc = "Most connections to this listener; absent: only `node.connections` counts.", min = 1) @Nullable Integer connections,

        @Key(
                doc = "Most connections from one address, `trustedProxies` excepted; `0` is no limit.",
                value = "1000",
                min = 0,
                weaker = Weaker.LARGER_OR_ZERO)
        int perAddress,

        @Key(doc = "What HTTP/2 allows beyond that.", value = "{}")
        Http2 http2,

        @Key(
                doc = "Names of limits that may be weaker than their default although others reach this listener, such"
                        + " as `[headerTime, http2.streams]`.",
                value = "[]")
        List<String> unsafe)
        implements Checked {
    /** Every limit at its default. */
    public static final ListenerLimits DEFAULT = ConfigDocument.defaults(ListenerLimits.class);

    /** Whether a bound socket that keeps to these limits can keep to the others too. */
    public boolean areBoundLike(ListenerLimits others) {
        return uri.equals(others.uri) && headers.equals(others.headers) && http2.equals(others.http2);
    }

    /** Tells every limit that is weaker than its default and not named in {@code unsafe}. */
    void checkSafe(ListenAddress listen, Checked.Complaints complaints) {
        for (var limit : EffectiveLimit.in(this)) {
            if (limit.isWeaker() && !unsafe.contains(limit.key())) {
                complaints.add(
                        "limits." + limit.key(),
                        limit.value() + ", weaker than its default on " + listen + ", which others reach",
                        "at most " + limit.byDefault() + ", or a loopback address, or " + limit.key()
                                + " in limits.unsafe");
            }
        }
    }

    @Override
    public void check(Complaints complaints) {
        var names = EffectiveLimit.in(this).stream().map(EffectiveLimit::key).toList();
        for (var i = 0; i < unsafe.size(); i++) {
            var name = unsafe.get(i);
            if (!names.contains(name)) {
                complaints.add(
                        "unsafe." + i,
                        "there is no limit " + NearestKey.cut(name),
                        "one of " + NearestKey.list(names),
                        NearestKey.hint(name, names));
            }
        }
        if (field.bytes() > headers.bytes()) {
            complaints.add("field", field.toString(), "at most headers, " + headers + ", of which it is a part");
        }
        if (http2.window.bytes() > http2.connectionWindow.bytes()) {
            complaints.add(
                    "http2.window",
                    http2.window.toString(),
                    "at most http2.connectionWindow, " + http2.connectionWindow + ", of which it is a part");
        }
    }

    /** Limits of HTTP/2 alone. */
    public record Http2(
            @Key(doc = "Most streams at once on a connection; more are refused.", value = "100", min = 1, max = 10000)
            int streams,

            @Key(doc = "Window of one stream (RFC 9113 §6.9).", value = "64KiB", min = 1024, max = 16777216)
            Size window,

            @Key(doc = "Window of the whole connection.", value = "1MiB", min = 65536, max = 67108864)
            Size connectionWindow,

            @Key(
                    doc = "Most streams that end by a reset within 30 s, by either side; more end the connection with"
                            + " `ENHANCE_YOUR_CALM`.",
                    value = "100",
                    min = 1)
            int resets,

            @Key(
                    doc =
                            "Most frames within 10 s that carry nothing of a request: `PING`, `SETTINGS`, `PRIORITY`,"
                                    + " `WINDOW_UPDATE`, empty `DATA` and unknown ones. More end the connection with `ENHANCE_YOUR_CALM`.",
                    value = "1000",
                    min = 10)
            int controlFrames,

            @Key(
                    doc = "Most `CONTINUATION` frames of one header section that are nearly empty.",
                    value = "16",
                    min = 0,
                    max = 1000)
            int continuations) {}
}
