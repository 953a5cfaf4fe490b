/**
 * Runs the finished jar through faults: an origin, a proxy and crowds of clients that misbehave on purpose, and scenarios
 * that say in numbers what must hold meanwhile. Judges by what the two ends of the wire saw, not by the gateway's metrics.
 */
@NullMarked
package gatehouse.faults;

import org.jspecify.annotations.NullMarked;
