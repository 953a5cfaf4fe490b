/**
 * Owns stored responses: what may be stored and reused (RFC 9111), under which key, how stale, and who fetches anew. Knows
 * nothing of routes, of how a request reaches a service, or of the event bus.
 */
@NullMarked
package gatehouse.cache;

import org.jspecify.annotations.NullMarked;
