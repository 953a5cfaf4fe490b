/** Owns the place of the response cache in the chain of a route. Knows no other policy, and nothing of how responses are kept. */
@NullMarked
package gatehouse.policy.cache;

import org.jspecify.annotations.NullMarked;
