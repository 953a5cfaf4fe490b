/**
 * Owns the HTTP edge: requests in over HTTP/1.0, 1.1 and 2, through the snapshot's routes, replies out. Knows no other
 * edge, and nothing of how a target is chosen or reached.
 */
@NullMarked
package gatehouse.http;

import org.jspecify.annotations.NullMarked;
