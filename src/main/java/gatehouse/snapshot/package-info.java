/**
 * Owns how a configuration becomes something that serves: the list of policies, the compiled routes, and the one snapshot
 * in force. Knows nothing of the verticles that use it.
 */
@NullMarked
package gatehouse.snapshot;

import org.jspecify.annotations.NullMarked;
