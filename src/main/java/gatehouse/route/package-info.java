/**
 * Owns which route takes a request: the compiled table, the order of specificity, captures, and the reasons told by
 * {@code explain}. Knows nothing of policies, services or connections; what a route leads to is a value it hands back.
 */
@NullMarked
package gatehouse.route;

import org.jspecify.annotations.NullMarked;
