package gatehouse.registry;

import java.util.Map;

/**
 * The registry in numbers.
 *
 * @param services how many have instances
 * @param preserved how many of them keep silent instances, as too many fell silent together
 * @param passing instances that renew their leases
 * @param suspect instances that are silent
 * @param changes how often what happened to an instance, since the start
 * @param renewals how many leases were renewed, since the start
 * @param refusals how often what was refused, by the name of the problem, since the start
 */
public record Totals(
        int services,
        int preserved,
        int passing,
        int suspect,
        Map<Change.Kind, Long> changes,
        long renewals,
        Map<String, Long> refusals) {}
