/**
 * Owns named groups of targets: which are healthy, which gets the next request, what each has in flight. Knows nothing of
 * routes, policies or how a request is carried.
 */
@NullMarked
package gatehouse.service;

import org.jspecify.annotations.NullMarked;
