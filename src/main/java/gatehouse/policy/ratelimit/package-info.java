/** Owns how often somebody may call. Knows no other policy, and of who calls only what the exchange tells. */
@NullMarked
package gatehouse.policy.ratelimit;

import org.jspecify.annotations.NullMarked;
