/**
 * Owns which instances of which services there are: leases, their order, the log of changes, what may be registered. Knows
 * nothing of HTTP, of the event bus, of disks, or of what is sent to an instance.
 *
 * <p>Begin at {@link Registry}. {@link Reception} takes instances in, {@link Merging} what other nodes know of them.
 */
@NullMarked
package gatehouse.registry;

import org.jspecify.annotations.NullMarked;
