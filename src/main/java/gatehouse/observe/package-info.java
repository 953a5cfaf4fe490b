/**
 * Owns what the gateway tells of its work: the access log, the metrics and the traces, all gathered per event loop and merged
 * elsewhere. Knows nothing of how a request is carried: it sees {@link gatehouse.exchange.ExchangeFacts}.
 *
 * <p>Begin at {@link Metrics}, {@link AccessLog} and {@link Tracing}; each has a part of its own on every event loop.
 */
@NullMarked
package gatehouse.observe;

import org.jspecify.annotations.NullMarked;
