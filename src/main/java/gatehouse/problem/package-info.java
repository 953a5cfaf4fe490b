/**
 * Owns how a refusal or a failure is told: one immutable problem, its origin and its RFC 9457 document.
 * Knows nothing of configuration, protocols or other rooms.
 */
@NullMarked
package gatehouse.problem;

import org.jspecify.annotations.NullMarked;
