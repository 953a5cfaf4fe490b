package gatehouse.observe;

import gatehouse.config.AccessLogConfig;
import gatehouse.exchange.ExchangeFacts;

/** Encodes one exchange as one line, without its end. Holds what it remembers between lines, so each lane has one. */
interface LineFormat {
    void encode(ExchangeFacts facts, Chunk out);

    static LineFormat of(AccessLogConfig.Format format) {
        return format == AccessLogConfig.Format.COMBINED ? new CombinedLine() : new JsonLine();
    }
}
