package gatehouse.observe;

import gatehouse.exchange.ExchangeFacts;
import org.jspecify.annotations.Nullable;

/** What one lane counts for one route: a handle that the lane's owner keeps so that no name is looked up. */
public final class RouteStats {
    static final int STATUS_CLASSES = 6;
    static final int BYTES_IN = STATUS_CLASSES;
    static final int BYTES_OUT = BYTES_IN + 1;
    static final int RETRIES = BYTES_OUT + 1;
    static final int SECONDS = RETRIES + 1;

    final Cells cells = new Cells(SECONDS + Durations.SIZE);

    private @Nullable String lastService;
    private @Nullable Cells lastUpstream;

    RouteStats() {}

    void record(ExchangeFacts facts) {
        cells.add(statusClass(facts.status()), 1);
        cells.add(BYTES_IN, facts.bytesIn());
        cells.add(BYTES_OUT, facts.bytesOut());
        if (facts.attempts() > 1) {
            cells.add(RETRIES, facts.attempts() - 1L);
        }
        Durations.record(cells, SECONDS, facts.endNanos() - facts.startNanos());
    }

    /** The row of a service; a route nearly always asks the service that it asked before. */
    Cells upstream(String service, MetricsLane lane) {
        Cells known = lastUpstream;
        if (known != null && service.equals(lastService)) {
            return known;
        }
        Cells found = lane.service(service);
        lastService = service;
        lastUpstream = found;
        return found;
    }

    /** 1 to 5, or 0 when no answer was begun. */
    private static int statusClass(int status) {
        return status >= 100 && status < 600 ? status / 100 : 0;
    }
}
