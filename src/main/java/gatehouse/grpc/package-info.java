/**
 * Calls of gRPC, and of gRPC-Web, on the listeners of the node: how they are framed and refused. Must not know how exchanges are
 * taken, routed or forwarded.
 */
@NullMarked
package gatehouse.grpc;

import org.jspecify.annotations.NullMarked;
