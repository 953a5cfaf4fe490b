/**
 * Owns one request and its response while they pass: who calls, the canonical request, the reply and its body. Knows
 * nothing of routes, services or policies, which only handle it.
 */
@NullMarked
package gatehouse.exchange;

import org.jspecify.annotations.NullMarked;
