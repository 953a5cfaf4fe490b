/**
 * Calls of gRPC made of HTTP and JSON: what a schema says, how requests become messages and messages become answers. Must not
 * know how a call reaches its service.
 */
@NullMarked
package gatehouse.rpc;

import org.jspecify.annotations.NullMarked;
