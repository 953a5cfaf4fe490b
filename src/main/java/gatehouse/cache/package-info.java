/**
 * Owns stored responses: what may be stored and reused (RFC 9111), under which key, how stale, and who fetches anew. Knows
 * nothing of routes, of how a request reaches a service, or of the event bus.
 *
 * <p>Begin at {@link Shelf}, the part that a route has. {@link Judge} says what may be stored and for how long, {@link Misses} and
 * {@link Flight} fetch, {@link Turn} does what {@link Regeneration} decides where nodes share.
 */
@NullMarked
package gatehouse.cache;

import org.jspecify.annotations.NullMarked;
