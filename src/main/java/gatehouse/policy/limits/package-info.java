/** Owns how large a message may be. Knows no other policy and no protocol's way of counting bytes. */
@NullMarked
package gatehouse.policy.limits;

import org.jspecify.annotations.NullMarked;
