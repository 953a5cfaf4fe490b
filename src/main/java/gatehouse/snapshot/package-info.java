/**
 * Owns how a configuration becomes something that serves: the list of policies, the compiled routes, and the one snapshot
 * in force. Knows nothing of the verticles that use it.
 *
 * <p>Begin at {@link Blueprint}, which checks, and {@link SnapshotBuilder}, which makes a {@link Snapshot} of it. {@link Policies} is the list of
 * all policies.
 */
@NullMarked
package gatehouse.snapshot;

import org.jspecify.annotations.NullMarked;
