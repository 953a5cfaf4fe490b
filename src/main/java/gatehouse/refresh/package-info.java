/** Owns what is done with stored responses that no client asks for: purges and refreshes by the event bus, and the warm-up list. */
@NullMarked
package gatehouse.refresh;

import org.jspecify.annotations.NullMarked;
