package gatehouse.service;

import java.util.List;

/**
 * What a service has under way on this node.
 *
 * @param limit requests that may be under way at once; 0 before the first one
 * @param inFlight requests that are
 * @param waiting requests that wait in line for a place
 */
public record LoadStatus(int limit, int inFlight, int waiting) {
    /** All of these together. */
    static LoadStatus of(List<Load> loads) {
        var limit = 0;
        var inFlight = 0;
        var waiting = 0;
        for (var load : loads) {
            limit += load.limit();
            inFlight += load.inFlight();
            waiting += load.waiting();
        }
        return new LoadStatus(limit, inFlight, waiting);
    }
}
