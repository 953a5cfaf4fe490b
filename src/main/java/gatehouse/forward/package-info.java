/**
 * Owns carrying an exchange to a target and its reply back: connections, deadlines, retries and breakers. Knows nothing of
 * routes or of the policies that ran before.
 */
@NullMarked
package gatehouse.forward;

import org.jspecify.annotations.NullMarked;
