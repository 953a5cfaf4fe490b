/**
 * Keeps the registry of this node going: lets time pass, saves leases and brings them back, answers on the event bus and tells
 * there what changed. Knows nothing of HTTP.
 */
@NullMarked
package gatehouse.registrar;

import org.jspecify.annotations.NullMarked;
