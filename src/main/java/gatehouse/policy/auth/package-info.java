/**
 * Owns how a caller proves who it is: tokens, keys, passwords, another service's word. Knows no other policy, and nothing of
 * what a caller may do.
 */
@NullMarked
package gatehouse.policy.auth;

import org.jspecify.annotations.NullMarked;
