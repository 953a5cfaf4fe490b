/**
 * Owns how a caller proves who it is: tokens, keys, passwords, another service's word. Knows no other policy, and nothing of
 * what a caller may do.
 *
 * <p>Begin at {@link Auth}. Each {@link Way} knows one kind of credentials and comes to a {@link Verdict}.
 */
@NullMarked
package gatehouse.policy.auth;

import org.jspecify.annotations.NullMarked;
