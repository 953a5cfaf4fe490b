/**
 * Owns what the gateway tells of its work: the access log, the metrics and the ids of requests, all gathered per event
 * loop and merged elsewhere. Knows nothing of how a request is carried: it sees {@link gatehouse.observe.ExchangeFacts}.
 */
@NullMarked
package gatehouse.observe;

import org.jspecify.annotations.NullMarked;
