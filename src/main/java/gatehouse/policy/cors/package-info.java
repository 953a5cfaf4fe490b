/** Owns which pages of other origins may read answers (Fetch standard, CORS protocol). Knows no other policy. */
@NullMarked
package gatehouse.policy.cors;

import org.jspecify.annotations.NullMarked;
