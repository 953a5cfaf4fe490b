package gatehouse.policy.ratelimit;

import gatehouse.config.Rate;

/**
 * A limit in the terms of the generic cell rate algorithm.
 *
 * @param cost what one request costs, in nanoseconds of an account
 * @param most how far ahead of the rate an account may be, in nanoseconds
 * @param burst the same in requests
 * @param callers most callers that are told apart
 */
record Limit(long cost, long most, long burst, int callers) {
    static Limit of(Rate rate, long burst, int callers) {
        var cost = Math.max(1, rate.per().toNanos() / rate.count());
        return new Limit(cost, Math.multiplyExact(cost, burst), burst, callers);
    }
}
