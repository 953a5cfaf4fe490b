package gatehouse.observe;

import gatehouse.exchange.ExchangeFacts;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import org.jspecify.annotations.Nullable;

/** One JSON object a line. A member without a value is left out, so is {@code aborted} unless it is true. */
final class JsonLine implements LineFormat {
    private static final byte[] ID = ascii("Z\",\"id\":\"");
    private static final byte[] CLIENT = ascii("\",\"client\":\"");
    private static final byte[] METHOD = ascii("\",\"method\":\"");
    private static final byte[] HOST = ascii(",\"host\":\"");
    private static final byte[] PATH = ascii(",\"path\":\"");
    private static final byte[] QUERY = ascii(",\"query\":\"");
    private static final byte[] PROTOCOL = ascii(",\"protocol\":\"");
    private static final byte[] STATUS = ascii(",\"status\":");
    private static final byte[] BYTES_IN = ascii(",\"bytesIn\":");
    private static final byte[] BYTES_OUT = ascii(",\"bytesOut\":");
    private static final byte[] MS = ascii(",\"ms\":");
    private static final byte[] UPSTREAM_MS = ascii(",\"upstreamMs\":");
    private static final byte[] ROUTE = ascii(",\"route\":\"");
    private static final byte[] SERVICE = ascii(",\"service\":\"");
    private static final byte[] TARGET = ascii(",\"target\":\"");
    private static final byte[] ATTEMPTS = ascii(",\"attempts\":");
    private static final byte[] PROBLEM = ascii(",\"problem\":\"");
    private static final byte[] CONSUMER = ascii(",\"consumer\":\"");
    private static final byte[] USER_AGENT = ascii(",\"userAgent\":\"");
    private static final byte[] REFERER = ascii(",\"referer\":\"");
    private static final byte[] CLOSE_CODE = ascii(",\"closeCode\":");
    private static final byte[] ABORTED = ascii(",\"aborted\":true");

    private static final DateTimeFormatter SECOND = DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss");

    private long second = Long.MIN_VALUE;
    private byte[] beginning = {};

    @Override
    public void encode(ExchangeFacts facts, Chunk out) {
        time(facts.startEpochMillis(), out);
        out.raw(ID);
        out.text(facts.requestId(), Escape.JSON);
        out.raw(CLIENT);
        out.text(facts.clientAddress(), Escape.JSON);
        out.raw(METHOD);
        out.text(facts.method(), Escape.JSON);
        out.raw('"');
        member(HOST, facts.host(), out);
        member(PATH, facts.path(), out);
        query(facts, out);
        member(PROTOCOL, facts.protocol(), out);
        if (facts.status() > 0) {
            member(STATUS, facts.status(), out);
        }
        member(BYTES_IN, facts.bytesIn(), out);
        member(BYTES_OUT, facts.bytesOut(), out);
        out.raw(MS);
        out.millis(facts.endNanos() - facts.startNanos());
        if (facts.upstreamNanos() >= 0) {
            out.raw(UPSTREAM_MS);
            out.millis(facts.upstreamNanos());
        }
        member(ROUTE, facts.route(), out);
        member(SERVICE, facts.service(), out);
        member(TARGET, facts.target(), out);
        member(ATTEMPTS, facts.attempts(), out);
        member(PROBLEM, facts.problem(), out);
        member(CONSUMER, facts.consumer(), out);
        member(USER_AGENT, facts.userAgent(), out);
        referer(facts, out);
        if (facts.closeCode() > 0) {
            member(CLOSE_CODE, facts.closeCode(), out);
        }
        if (facts.aborted()) {
            out.raw(ABORTED);
        }
        out.raw('}');
    }

    /** The beginning of the object up to the milliseconds is the same for a whole second, so it is kept. */
    private void time(long epochMillis, Chunk out) {
        long now = Math.floorDiv(epochMillis, 1000);
        if (now != second) {
            second = now;
            beginning =
                    ascii("{\"time\":\"" + SECOND.format(LocalDateTime.ofEpochSecond(now, 0, ZoneOffset.UTC)) + '.');
        }
        out.raw(beginning);
        out.threeDigits(Math.floorMod(epochMillis, 1000));
    }

    private static void member(byte[] name, @Nullable String value, Chunk out) {
        if (value != null && !value.isEmpty()) {
            out.raw(name);
            out.text(value, Escape.JSON);
            out.raw('"');
        }
    }

    private static void member(byte[] name, long value, Chunk out) {
        out.raw(name);
        out.number(value);
    }

    private static void query(ExchangeFacts facts, Chunk out) {
        String query = facts.query();
        if (query != null && !query.isEmpty()) {
            out.raw(QUERY);
            SecretQuery.write(query, 0, out, out.fieldLimit(), Escape.JSON, facts.secretParameters());
            out.raw('"');
        }
    }

    private static void referer(ExchangeFacts facts, Chunk out) {
        String referer = facts.referer();
        if (referer != null && !referer.isEmpty()) {
            out.raw(REFERER);
            SecretQuery.writeUrl(referer, out, Escape.JSON, facts.secretParameters());
            out.raw('"');
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
