/**
 * Owns the edge that passes on bytes of any protocol: TCP, UDP, and the tunnels of clients that know that they use a proxy.
 * Knows nothing of HTTP to this node as a server.
 */
@NullMarked
package gatehouse.tcp;

import org.jspecify.annotations.NullMarked;
