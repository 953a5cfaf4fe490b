/**
 * Owns serving files from a folder: which file a path means, and what a client that has a copy is told. Knows nothing of
 * routing; it is told where its paths begin.
 */
@NullMarked
package gatehouse.files;

import org.jspecify.annotations.NullMarked;
