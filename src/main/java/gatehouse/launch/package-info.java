/**
 * Owns the process: the command line, what the manifest says runs here, reloads, and an end that loses nothing. Knows the
 * verticles only to deploy them.
 */
@NullMarked
package gatehouse.launch;

import org.jspecify.annotations.NullMarked;
