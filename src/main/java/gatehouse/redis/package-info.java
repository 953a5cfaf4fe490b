/** Owns the way to a Redis, and what nodes have in common there. Alone of all rooms it knows the client. */
@NullMarked
package gatehouse.redis;

import org.jspecify.annotations.NullMarked;
