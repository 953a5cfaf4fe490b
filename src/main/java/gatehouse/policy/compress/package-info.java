/** Owns how answers are made smaller on their way to clients. Knows no other policy, and not where an answer comes from. */
@NullMarked
package gatehouse.policy.compress;

import org.jspecify.annotations.NullMarked;
