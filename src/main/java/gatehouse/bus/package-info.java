/**
 * Owns how a message record travels on the event bus, as JSON under one address. Knows nothing of what a message means; its
 * record lives in the room that owns what it tells.
 */
@NullMarked
package gatehouse.bus;

import org.jspecify.annotations.NullMarked;
