/**
 * Owns what a step around an exchange is and in which order the steps stand; each policy has a package of its own below
 * and knows no other. Knows nothing of how a chain ends.
 */
@NullMarked
package gatehouse.policy;

import org.jspecify.annotations.NullMarked;
