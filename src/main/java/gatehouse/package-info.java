/**
 * Owns the entry point of the jar and nothing else. Knows the command line only to start it.
 */
@NullMarked
package gatehouse;

import org.jspecify.annotations.NullMarked;
