/** Owns how many requests of somebody are served at once. Knows no other policy, and nothing of what a service can bear. */
@NullMarked
package gatehouse.policy.inflight;

import org.jspecify.annotations.NullMarked;
