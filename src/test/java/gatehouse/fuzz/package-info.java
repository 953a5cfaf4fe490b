/**
 * Owns the fuzz targets: what they send, what must hold whatever was sent, and the corpus. Judges by properties with
 * readers of its own, never by the gateway's code.
 */
@NullMarked
package gatehouse.fuzz;

import org.jspecify.annotations.NullMarked;
