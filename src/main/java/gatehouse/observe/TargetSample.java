package gatehouse.observe;

/**
 * One target at the moment of a scrape.
 *
 * @param service name of its service
 * @param target its address as configured or registered
 * @param healthy whether requests are sent to it
 * @param ejected whether failing requests keep it out for a while
 * @param requestsInFlight requests that it has not yet answered in full
 */
public record TargetSample(String service, String target, boolean healthy, boolean ejected, int requestsInFlight) {}
