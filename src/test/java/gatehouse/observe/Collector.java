package gatehouse.observe;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnknownFieldSet;
import gatehouse.testing.RawExchange;
import gatehouse.testing.RawOrigin;
import java.io.IOException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/** A collector of traces: takes OTLP over HTTP and reads the spans out of the bytes, by the numbers of the published protocol. */
final class Collector implements AutoCloseable {
    private final List<Span> spans = new CopyOnWriteArrayList<>();
    private final List<Map<String, Object>> resources = new CopyOnWriteArrayList<>();
    private final RawOrigin origin;

    Collector() throws IOException {
        origin = RawOrigin.answering(this::take);
    }

    /** A span as it was sent; ids in hexadecimal digits, kind and status as numbers. */
    record Span(
            String trace,
            String id,
            String parent,
            String name,
            long kind,
            Map<String, Object> attributes,
            long status) {
        static final int SERVER = 2;
        static final int CLIENT = 3;
        static final int ERROR = 2;
    }

    String url() {
        return origin.url();
    }

    /** Resources of what was sent. */
    List<Map<String, Object>> resources() {
        return resources;
    }

    /** Waits for so many spans; gives those of a kind. */
    List<Span> await(int count, long kind) {
        var giveUp = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (spans.size() < count) {
            if (System.nanoTime() - giveUp > 0) {
                throw new AssertionError(spans + " came, of " + count + "; heard: " + origin.text() + origin.faults());
            }
            Thread.yield();
        }
        return spans.stream().filter(span -> span.kind() == kind).toList();
    }

    /** How many there are by now. */
    int count() {
        return spans.size();
    }

    private void take(RawExchange exchange) throws IOException {
        if (!exchange.target().equals("/v1/traces")
                || !"application/x-protobuf".equals(exchange.header("Content-Type"))) {
            exchange.reply("404 Not Found", "");
            return;
        }
        for (var resourceSpans :
                messages(UnknownFieldSet.parseFrom(exchange.body().bytes()), 1)) {
            messages(resourceSpans, 1).forEach(resource -> resources.add(attributes(resource, 1)));
            for (var scopeSpans : messages(resourceSpans, 2)) {
                messages(scopeSpans, 2).forEach(span -> spans.add(span(span)));
            }
        }
        exchange.reply("200 OK", "");
    }

    private static Span span(UnknownFieldSet fields) {
        var status = messages(fields, 15);
        return new Span(
                hex(fields, 1),
                hex(fields, 2),
                hex(fields, 4),
                text(fields, 5),
                number(fields, 6),
                attributes(fields, 9),
                status.isEmpty() ? 0 : number(status.get(0), 3));
    }

    private static Map<String, Object> attributes(UnknownFieldSet fields, int number) {
        var attributes = new TreeMap<String, Object>();
        for (var pair : messages(fields, number)) {
            var value = messages(pair, 2).get(0);
            attributes.put(text(pair, 1), value.hasField(1) ? text(value, 1) : (Object) number(value, 3));
        }
        return attributes;
    }

    private static List<UnknownFieldSet> messages(UnknownFieldSet fields, int number) {
        return fields.getField(number).getLengthDelimitedList().stream()
                .map(Collector::parse)
                .toList();
    }

    private static UnknownFieldSet parse(ByteString bytes) {
        try {
            return UnknownFieldSet.parseFrom(bytes);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private static ByteString bytes(UnknownFieldSet fields, int number) {
        var all = fields.getField(number).getLengthDelimitedList();
        return all.isEmpty() ? ByteString.EMPTY : all.get(0);
    }

    private static String hex(UnknownFieldSet fields, int number) {
        return HexFormat.of().formatHex(bytes(fields, number).toByteArray());
    }

    private static String text(UnknownFieldSet fields, int number) {
        return bytes(fields, number).toStringUtf8();
    }

    private static long number(UnknownFieldSet fields, int number) {
        var all = fields.getField(number).getVarintList();
        return all.isEmpty() ? 0 : all.get(0);
    }

    @Override
    public void close() throws IOException {
        origin.close();
    }
}
