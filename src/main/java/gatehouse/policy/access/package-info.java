/**
 * Owns what a caller may do, by address, groups, claims, method and expressions. Knows no other policy, and not how a caller
 * is known.
 */
@NullMarked
package gatehouse.policy.access;

import org.jspecify.annotations.NullMarked;
