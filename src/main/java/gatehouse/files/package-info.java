/**
 * Owns serving files from a folder. Knows nothing of routes; it is told where its paths begin.
 */
@NullMarked
package gatehouse.files;

import org.jspecify.annotations.NullMarked;
