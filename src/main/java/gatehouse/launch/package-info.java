/**
 * Owns the process: the command line, what the manifest says runs here, reloads, and an end that loses nothing. Knows the
 * verticles only to deploy them.
 *
 * <p>Begin at {@link Gatehouse}, the command line, and {@link GatewayProcess}. A {@link Node} is one running gateway, in whose {@link Lifecycle}
 * stands what begins when; {@link Deployments} are its verticles, {@link Reloader} and {@link Installer} change it.
 */
@NullMarked
package gatehouse.launch;

import org.jspecify.annotations.NullMarked;
