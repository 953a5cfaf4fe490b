/**
 * Owns one request and its response while they pass: who calls, the canonical request, the reply and its body. Knows
 * nothing of routes, services or policies, which only handle it.
 *
 * <p>Begin at {@link Intake}, which makes an {@link Exchange} of what was received, and {@link Reply}, the answer to it. An exchange is
 * what was {@link Received}, what is {@link SentOn} of it, what is {@link SentBack}, and what becomes of all that.
 */
@NullMarked
package gatehouse.exchange;

import org.jspecify.annotations.NullMarked;
