package gatehouse.observe;

import gatehouse.exchange.ExchangeFacts;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** {@code %h - %u %t "%r" %>s %b "%{Referer}i" "%{User-Agent}i"}: the combined log format of Apache and NGINX. */
final class CombinedLine implements LineFormat {
    private static final byte[] NO_IDENTITY = ascii(" - ");
    private static final byte[] BEFORE_FIELD = ascii(" \"");
    private static final DateTimeFormatter SECOND =
            DateTimeFormatter.ofPattern(" '['dd/MMM/uuuu:HH:mm:ss +0000'] \"'", Locale.ENGLISH);

    private long second = Long.MIN_VALUE;
    private byte[] time = {};

    @Override
    public void encode(ExchangeFacts facts, Chunk out) {
        out.text(facts.clientAddress(), Escape.BARE);
        out.raw(NO_IDENTITY);
        String consumer = facts.consumer();
        out.text(consumer == null || consumer.isEmpty() ? "-" : consumer, Escape.BARE);
        out.raw(time(facts.startEpochMillis()));
        out.text(facts.method(), Escape.BARE);
        out.raw(' ');
        target(facts, out);
        out.raw(' ');
        out.text(facts.protocol(), Escape.BARE);
        out.raw('"');
        numberOrDash(facts.status(), out);
        numberOrDash(facts.bytesOut(), out);
        url(facts, out);
        String agent = facts.userAgent();
        out.raw(BEFORE_FIELD);
        out.text(agent == null || agent.isEmpty() ? "-" : agent, Escape.QUOTED);
        out.raw('"');
    }

    private byte[] time(long epochMillis) {
        long now = Math.floorDiv(epochMillis, 1000);
        if (now != second) {
            second = now;
            time = ascii(SECOND.format(LocalDateTime.ofEpochSecond(now, 0, ZoneOffset.UTC)));
        }
        return time;
    }

    private static void target(ExchangeFacts facts, Chunk out) {
        out.text(facts.path(), Escape.BARE);
        String query = facts.query();
        if (query != null) {
            out.raw('?');
            SecretQuery.write(query, 0, out, out.fieldLimit(), Escape.BARE, facts.secretParameters());
        }
    }

    private static void numberOrDash(long value, Chunk out) {
        out.raw(' ');
        if (value > 0) {
            out.number(value);
        } else {
            out.raw('-');
        }
    }

    private static void url(ExchangeFacts facts, Chunk out) {
        String referer = facts.referer();
        out.raw(BEFORE_FIELD);
        SecretQuery.writeUrl(
                referer == null || referer.isEmpty() ? "-" : referer, out, Escape.QUOTED, facts.secretParameters());
        out.raw('"');
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
