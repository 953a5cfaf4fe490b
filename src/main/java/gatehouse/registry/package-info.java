/**
 * Owns which instances of which services there are: leases, their order, the log of changes, what may be registered. Knows
 * nothing of HTTP, of the event bus, of disks, or of what is sent to an instance.
 */
@NullMarked
package gatehouse.registry;

import org.jspecify.annotations.NullMarked;
