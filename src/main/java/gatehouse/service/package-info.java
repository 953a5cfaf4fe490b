/**
 * Owns named groups of targets: which are healthy, which gets the next request, what each has in flight. Knows nothing of
 * routes, policies or how a request is carried.
 *
 * <p>Begin at {@link Service}. Its {@link Roster} knows the targets, makes a {@link Rotation} of those that take requests, and a
 * {@link LoadBalancer} picks one.
 */
@NullMarked
package gatehouse.service;

import org.jspecify.annotations.NullMarked;
