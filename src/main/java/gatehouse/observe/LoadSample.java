package gatehouse.observe;

/**
 * What one service has under way at the moment of a scrape.
 *
 * @param service its name
 * @param limit requests that may be under way at once
 * @param inFlight requests that are
 * @param waiting requests that wait in line
 */
public record LoadSample(String service, int limit, int inFlight, int waiting) {}
