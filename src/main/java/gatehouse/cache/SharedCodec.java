package gatehouse.cache;

import gatehouse.problem.Origin;
import gatehouse.problem.Problem;
import io.netty.util.AsciiString;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.buffer.BufferInternal;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What nodes have in common, as bytes: version, length, era, kind, and what that kind has. Every length is checked; what is of
 * another version, or anything else, is as good as nothing. All times are spans.
 */
final class SharedCodec {
    private static final byte VERSION = 2;
    private static final byte RESPONSE = 1;
    private static final byte UNCACHEABLE = 2;
    private static final byte FAILURE = 3;
    private static final byte UNCACHEABLE_OF_SOMEBODY = 4;
    private static final int LENGTH_AT = 1;

    private SharedCodec() {}

    /**
     * Until when something was asked for: what was asked for before a purge, or before a change of its resource, has another one.
     *
     * @param epoch another one where it is not known any more what was purged
     * @param purges number of the last purge
     * @param stamp another one after each change of the resource
     */
    record Era(long epoch, long purges, long stamp) {
        /** Whether purges are all that came between. */
        boolean isBut(Era other) {
            return epoch == other.epoch && stamp == other.stamp;
        }
    }

    /**
     * What was read.
     *
     * @param era of when it was asked for
     * @param what what it says
     */
    record Decoded(Era era, Shared what) {}

    /** Where a response that is read is put. */
    record Into(String route, long generation, long number, long now, long ageNanos) {}

    static Buffer encode(Era era, Shared what, long now) {
        var out = Buffer.buffer().appendByte(VERSION).appendInt(0);
        out.appendLong(era.epoch()).appendLong(era.purges()).appendLong(era.stamp());
        if (what instanceof Shared.Response response) {
            response(out.appendByte(RESPONSE), response.stored(), now);
        } else if (what instanceof Shared.Failure failure) {
            failure(out.appendByte(FAILURE), failure.problem());
        } else {
            var ofSomebody = what instanceof Shared.Uncacheable mark && mark.ofSomebody();
            out.appendByte(ofSomebody ? UNCACHEABLE_OF_SOMEBODY : UNCACHEABLE);
        }
        return out.setInt(LENGTH_AT, out.length());
    }

    private static void response(Buffer out, Stored stored, long now) {
        var origin = stored.origin();
        var head = stored.head();
        var lifetime = head.lifetime();
        out.appendLong(stored.ageNanos(now)).appendLong(origin.tookNanos()).appendInt(head.status());
        text(out, head.reason());
        text(out, head.etag());
        text(out, head.lastModified());
        out.appendLong(lifetime.initialAgeNanos())
                .appendLong(lifetime.freshNanos())
                .appendLong(lifetime.revalidateNanos())
                .appendLong(lifetime.errorNanos())
                .appendByte((byte) ((lifetime.always() ? 1 : 0) + (lifetime.strict() ? 2 : 0)));
        texts(out, lifetime.hidden());
        texts(out, origin.selection().names());
        texts(out, origin.selection().values());
        texts(out, origin.tags());
        out.appendInt(head.fields().size());
        for (var field : head.fields()) {
            out.appendInt(field.length()).appendBytes(field.array(), field.arrayOffset(), field.length());
        }
        out.appendInt(stored.payload().length()).appendBuffer(stored.payload().bytes());
    }

    private static void failure(Buffer out, Problem problem) {
        out.appendInt(problem.status());
        text(out, problem.name());
        text(out, problem.title());
        text(out, problem.detail());
        out.appendInt(problem.headers().size());
        problem.headers().forEach((name, value) -> {
            text(out, name);
            text(out, value);
        });
        text(out, problem.details());
    }

    private static void text(Buffer out, @Nullable String text) {
        if (text == null) {
            out.appendInt(-1);
            return;
        }
        var bytes = text.getBytes(StandardCharsets.UTF_8);
        out.appendInt(bytes.length).appendBytes(bytes);
    }

    private static void texts(Buffer out, List<@Nullable String> texts) {
        out.appendInt(texts.size());
        texts.forEach(text -> text(out, text));
    }

    /** What bytes say, or null where that is not to be understood. */
    static @Nullable Decoded decode(Buffer bytes, Into into) {
        try {
            var in = ((BufferInternal) bytes).getByteBuf().nioBuffer();
            if (in.get() != VERSION || in.getInt() != bytes.length()) {
                return null;
            }
            var era = new Era(in.getLong(), in.getLong(), in.getLong());
            var what = switch (in.get()) {
                case RESPONSE -> response(in, into);
                case UNCACHEABLE -> new Shared.Uncacheable(false);
                case UNCACHEABLE_OF_SOMEBODY -> new Shared.Uncacheable(true);
                case FAILURE -> failure(in);
                default -> null;
            };
            return what == null || in.hasRemaining() ? null : new Decoded(era, what);
        } catch (BufferUnderflowException | IllegalArgumentException e) {
            return null;
        }
    }

    private static Shared response(ByteBuffer in, Into into) {
        var bornAt = into.now() - in.getLong() - into.ageNanos();
        var took = in.getLong();
        var status = in.getInt();
        var reason = text(in);
        var etag = text(in);
        var lastModified = text(in);
        var initialAge = in.getLong();
        var fresh = in.getLong();
        var revalidate = in.getLong();
        var error = in.getLong();
        var flags = in.get();
        var lifetime = new Lifetime(
                initialAge, fresh, revalidate, error, (flags & 1) != 0, (flags & 2) != 0, given(texts(in)));
        var names = given(texts(in));
        var selection = Selection.given(names, texts(in));
        var tags = given(texts(in));
        var count = length(in, in.remaining());
        var fields = new ArrayList<AsciiString>(count);
        for (var i = 0; i < count; i++) {
            fields.add(new AsciiString(bytes(in, length(in, in.remaining())), false));
        }
        if (count % 2 != 0) {
            throw new IllegalArgumentException("a name without a value");
        }
        var body = bytes(in, length(in, in.remaining()));
        return new Shared.Response(new Stored(
                new Stored.Origin(
                        into.route(), selection, tags, bornAt + initialAge, took, into.generation(), into.number()),
                new Stored.Head(status, reason, List.copyOf(fields), lifetime, etag, lastModified),
                Payload.of(List.of(Buffer.buffer(body)))));
    }

    private static Shared failure(ByteBuffer in) {
        var status = in.getInt();
        var name = need(text(in));
        var title = need(text(in));
        var detail = need(text(in));
        var headers = new LinkedHashMap<String, String>();
        for (var left = length(in, in.remaining()); left > 0; left--) {
            headers.put(need(text(in)), need(text(in)));
        }
        return new Shared.Failure(new Problem(name, status, title, detail, Origin.UPSTREAM, headers, false, text(in)));
    }

    private static int length(ByteBuffer in, int most) {
        var length = in.getInt();
        if (length < 0 || length > most) {
            throw new IllegalArgumentException("a length that can't be");
        }
        return length;
    }

    private static byte[] bytes(ByteBuffer in, int length) {
        var bytes = new byte[length];
        in.get(bytes);
        return bytes;
    }

    private static @Nullable String text(ByteBuffer in) {
        in.mark();
        if (in.getInt() == -1) {
            return null;
        }
        in.reset();
        return new String(bytes(in, length(in, in.remaining())), StandardCharsets.UTF_8);
    }

    private static List<@Nullable String> texts(ByteBuffer in) {
        var texts = new ArrayList<@Nullable String>();
        for (var left = length(in, in.remaining()); left > 0; left--) {
            texts.add(text(in));
        }
        return texts;
    }

    private static String need(@Nullable String text) {
        if (text == null) {
            throw new IllegalArgumentException("a text is missing");
        }
        return text;
    }

    private static List<String> given(List<@Nullable String> texts) {
        var all = new ArrayList<String>(texts.size());
        texts.forEach(text -> all.add(need(text)));
        return List.copyOf(all);
    }
}
