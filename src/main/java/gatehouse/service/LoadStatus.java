package gatehouse.service;

/**
 * What a service has under way on this node.
 *
 * @param limit requests that may be under way at once; 0 before the first one
 * @param inFlight requests that are
 * @param waiting requests that wait in line for a place
 */
public record LoadStatus(int limit, int inFlight, int waiting) {}
