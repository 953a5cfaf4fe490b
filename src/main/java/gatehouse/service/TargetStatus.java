package gatehouse.service;

import org.jspecify.annotations.Nullable;

/**
 * A target as the admin API shows it.
 *
 * @param id {@code host:port}, or {@code host:port/IP} where a name has several addresses
 * @param url as configured
 * @param weight in force, configured, registered or set by an admin
 * @param state set by an admin, or told by the registry
 * @param suspect whether its lease in the registry has run out, so that it is a last choice
 * @param healthy neither sick nor ejected, so requests go there
 * @param condition {@code healthy}, {@code sick} by its probes, {@code ejected} by failing requests, or {@code unproven} when its
 *     ejection is over and it has not served since
 * @param ejectedForMillis time left of its ejection, 0 when it is not ejected
 * @param inFlight requests it has not answered yet
 * @param lastFailure text of the last failed request or probe, null when there was none
 * @param requests sent to it so far
 * @param failures how many of them failed
 */
public record TargetStatus(
        String id,
        String url,
        int weight,
        Target.State state,
        boolean suspect,
        boolean healthy,
        String condition,
        long ejectedForMillis,
        int inFlight,
        @Nullable String lastFailure,
        long requests,
        long failures) {}
