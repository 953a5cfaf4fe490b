package gatehouse.policy.compress;

import gatehouse.config.Checked;
import gatehouse.config.Key;
import gatehouse.config.Size;
import gatehouse.config.Weaker;
import gatehouse.exchange.Exchange;
import gatehouse.exchange.Fields;
import gatehouse.exchange.Reply;
import gatehouse.exchange.Weights;
import gatehouse.policy.Policy;
import gatehouse.policy.PolicyType;
import gatehouse.policy.Stage;
import io.netty.util.AsciiString;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Makes answers smaller for clients that take gzip. Such an answer is another representation than the service's (RFC 9110 §8.8.3): its
 * validator becomes a weak one, and it has no length and no ranges. Not touched is what is encoded already, a part of something, what the service has
 * put a checksum on, and what it says not to transform.
 */
public final class Compress implements Policy {
    /** The policy {@code compress}. */
    public static final PolicyType<Config> TYPE = PolicyType.policy(
                    "compress",
                    "Makes answers smaller for clients that take gzip, or brotli; `{}` switches it on.",
                    Stage.COMPRESSION,
                    Config.class,
                    Compress::new)
            .onlyWhereNamed();

    /** Keys of {@code compress}. */
    public record Config(
            @Key(
                    doc = "Media types that are worth it; `text/*` is all of them.",
                    value = "[text/*, application/json, application/javascript, application/xml, application/*+json,"
                            + " application/*+xml, image/svg+xml, application/wasm]")
            List<String> types,

            @Key(doc = "An answer that announces less stays as it is.", value = "1KiB", min = 0, weaker = Weaker.NEVER)
            Size min,

            @Key(doc = "1 is quick, 9 is small.", value = "4", min = 1, max = 9, weaker = Weaker.NEVER)
            int level,

            @Key(
                    doc =
                            "How hard is tried with brotli for clients that take it no less than gzip, 0 to 11; 4 takes about the time of"
                                    + " gzip. Without it there is gzip only.",
                    min = 0,
                    max = 11)
            @Nullable Integer brotli,

            @Key(
                    doc =
                            "Most answers that are made smaller at a time on this node, a quarter of a MiB each while they are under"
                                    + " way, and up to one MiB with brotli; beyond that they go as they are.",
                    value = "512",
                    min = 1,
                    max = 100_000)
            int max)
            implements Checked {
        @Override
        public void check(Complaints complaints) {
            var unused = brotli == null || Brotli.isThere(); // loaded now, as event loops must not wait for it
            for (var type : types) {
                if (!type.matches("[a-z0-9.+-]+/(\\*(\\+[a-z0-9.-]+)?|[a-z0-9.+-]+)")) {
                    complaints.add("types", type, "media types in small letters such as text/* or application/*+json");
                }
            }
        }
    }

    private static final List<AsciiString> CHECKSUMS = List.of(
            AsciiString.cached("content-md5"),
            AsciiString.cached("digest"),
            AsciiString.cached("content-digest"),
            AsciiString.cached("repr-digest"));
    private static final AsciiString ENCODING = AsciiString.cached("Content-Encoding");
    private static final AsciiString RANGE = AsciiString.cached("Content-Range");
    private static final AsciiString CACHE_CONTROL = AsciiString.cached("Cache-Control");

    private final Set<String> types = new HashSet<>();
    private final long min;
    private final int max;
    private final Supplier<Packing> gzip;
    private final @Nullable Supplier<Packing> brotli;
    private volatile @Nullable Judged last;

    private record Judged(String type, boolean isWorthIt) {}

    private Compress(Config config) {
        types.addAll(config.types());
        min = config.min().bytes();
        max = config.max();
        var level = config.level();
        gzip = () -> new Gzip(level);
        var quality = config.brotli();
        brotli = quality == null || !Brotli.isThere() ? null : () -> Brotli.of(quality);
    }

    @Override
    public Future<Reply> apply(Exchange exchange, Next next) {
        var accept = exchange.isHttp10() ? null : accepted(exchange.headers());
        var isBrotli = brotli != null && isBrotliWanted(accept);
        var wanted = isBrotli ? brotli : isGzipWanted(accept) ? gzip : null;
        var held = exchange.list("if-none-match");
        return next.proceed(exchange)
                .map(reply -> reply.status() == 304
                        ? unchanged(reply, held)
                        : reply(exchange, reply, wanted, isBrotli ? "br" : "gzip"));
    }

    /**
     * What goes with the answer that the client holds (RFC 9110 §15.4.5): it varies, where it may have been made smaller, and a validator is weak where
     * the client's is, as it would else be that of another representation (RFC 9111 §4.3.4).
     *
     * @param held the client's {@code If-None-Match}, or null
     */
    private Reply unchanged(Reply reply, @Nullable String held) {
        var fields = reply.headers();
        var type = fields.get("content-type");
        if ((type != null && !isOfType(type)) || isNotToTransform(fields) || hasChecksum(fields)) {
            return reply;
        }
        Fields.vary(fields, "Accept-Encoding");
        var tag = fields.get("etag");
        if (tag != null && !tag.startsWith("W/") && held != null && Fields.hasToken(held, "W/" + tag)) {
            fields.set("ETag", "W/" + tag);
        }
        return reply;
    }

    /** All lines of {@code Accept-Encoding} as one, read before a policy changes them. */
    private static @Nullable String accepted(MultiMap fields) {
        var first = fields.get("accept-encoding");
        if (first == null) {
            return null;
        }
        var all = fields.getAll("accept-encoding");
        return all.size() == 1 ? first : String.join(",", all);
    }

    private Reply reply(Exchange exchange, Reply reply, @Nullable Supplier<Packing> wanted, String coding) {
        var fields = reply.headers();
        if (!isWorthIt(exchange, reply) || !isOfType(fields.get("content-type"))) {
            return reply;
        }
        Fields.vary(fields, "Accept-Encoding");
        if (wanted == null || (!exchange.isHead() && Packing.underWay() >= max)) {
            return reply;
        }
        fields.set(ENCODING, coding);
        fields.remove("content-length");
        fields.remove("accept-ranges");
        var tag = fields.get("etag");
        if (tag != null && !tag.startsWith("W/")) {
            fields.set("ETag", "W/" + tag);
        }
        return exchange.isHead() ? reply : reply.with(new PackedBody(reply.body(), wanted));
    }

    private boolean isWorthIt(Exchange exchange, Reply reply) {
        var status = reply.status();
        var fields = reply.headers();
        if (status == 101
                || status == 204
                || status == 205
                || status == 206
                || reply.body().writesHead()) {
            return false;
        }
        var length = exchange.isHead() ? announced(fields) : reply.body().length();
        if (length >= 0 && length < Math.max(1, min)) {
            return false;
        }
        var given = fields.get(ENCODING);
        if (given != null && !Fields.is(given, "identity")) {
            return false;
        }
        return !hasChecksum(fields) && !fields.contains(RANGE) && !isNotToTransform(fields);
    }

    private static boolean hasChecksum(MultiMap fields) {
        for (var i = 0; i < CHECKSUMS.size(); i++) {
            if (fields.contains(CHECKSUMS.get(i))) {
                return true;
            }
        }
        return false;
    }

    private static long announced(MultiMap fields) {
        var length = fields.get("content-length");
        try {
            return length == null ? -1 : Long.parseLong(length);
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    /** RFC 9111 §5.2.2.6. */
    private static boolean isNotToTransform(MultiMap fields) {
        if (!fields.contains(CACHE_CONTROL)) {
            return false;
        }
        for (var line : fields.getAll(CACHE_CONTROL)) {
            if (Fields.hasToken(line, "no-transform")) {
                return true;
            }
        }
        return false;
    }

    /** Most answers of a route are of the same type, so the last one is remembered. */
    private boolean isOfType(@Nullable String type) {
        if (type == null) {
            return false;
        }
        var before = last;
        if (before != null && before.type.equals(type)) {
            return before.isWorthIt;
        }
        var isWorthIt = isNamed(type);
        last = new Judged(type, isWorthIt);
        return isWorthIt;
    }

    private boolean isNamed(String type) {
        var semicolon = type.indexOf(';');
        var media = (semicolon < 0 ? type : type.substring(0, semicolon)).trim().toLowerCase(Locale.ROOT);
        if (types.contains(media)) {
            return true;
        }
        var slash = media.indexOf('/');
        var plus = media.lastIndexOf('+');
        return slash > 0
                && (types.contains(media.substring(0, slash + 1) + "*")
                        || (plus > slash
                                && types.contains(media.substring(0, slash + 1) + "*" + media.substring(plus))));
    }

    /**
     * Whether gzip may be sent, and is no less welcome than the body as it is (RFC 9110 §12.5.3).
     *
     * @param accept value of {@code Accept-Encoding}, or null
     */
    static boolean isGzipWanted(@Nullable String accept) {
        if (accept == null) {
            return false;
        }
        var weight = gzipWeight(accept);
        return weight > 0 && weight >= Weights.of(accept, "identity");
    }

    private static int gzipWeight(String accept) {
        var gzip = Weights.of(accept, "gzip");
        gzip = gzip < 0 ? Weights.of(accept, "x-gzip") : gzip;
        return gzip < 0 ? Weights.of(accept, "*") : gzip;
    }

    /** Whether brotli is named, and no less welcome than gzip and the body as it is. */
    private static boolean isBrotliWanted(@Nullable String accept) {
        if (accept == null) {
            return false;
        }
        var brotli = Weights.of(accept, "br");
        return brotli > 0 && brotli >= gzipWeight(accept) && brotli >= Weights.of(accept, "identity");
    }
}
