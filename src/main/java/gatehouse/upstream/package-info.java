/**
 * Owns connections to targets: it opens, keeps and ends them, writes requests on them and reads answers strictly. Knows nothing of why a
 * request is sent, of what becomes of its answer, or of how many may be under way.
 *
 * <p>Begin at {@link TargetConnections}, which has those of one event loop to one service. Who {@linkplain Ask asks} there gets a {@link TargetRequest}, and
 * on that a {@link TargetAnswer}; whatever goes wrong comes as an exception, as it was. Over HTTP/1.1 both stand on an
 * {@link Http1Connection} out of a {@link TargetPool}; over HTTP/2 they are a stream of a client of Vert.x, as a {@link VertxRequest}.
 * What must be a connection of its own is a {@link LoneConnection}.
 */
@NullMarked
package gatehouse.upstream;

import org.jspecify.annotations.NullMarked;
