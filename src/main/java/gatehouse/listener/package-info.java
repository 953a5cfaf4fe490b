/**
 * Owns the bound ports: they stay while verticles and configurations come and go, and hand each request to whoever serves
 * now. Knows nothing of what a request is answered with.
 *
 * <p>Begin at {@link Listeners}, which has a {@link BoundListener} for each port, and on each {@link Lane} a {@link Door} of it. The rest stands
 * before or behind a codec on the way of the bytes.
 */
@NullMarked
package gatehouse.listener;

import org.jspecify.annotations.NullMarked;
