package gatehouse.observe;

import java.util.Map;

/**
 * The registry as a scrape sees it. Nothing here is by service, as anybody with a token may make services.
 *
 * @param services how many have instances
 * @param preserved how many of them keep silent instances
 * @param instances how many there are, by condition
 * @param changes how often what happened to an instance, by a word for it
 * @param renewals how many leases were renewed
 * @param refusals how often what was refused, by the name of the problem
 */
public record RegistrySample(
        int services,
        int preserved,
        Map<String, Integer> instances,
        Map<String, Long> changes,
        long renewals,
        Map<String, Long> refusals) {}
