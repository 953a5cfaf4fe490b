/** Owns what a route says of WebSockets: how many, for how long, and which messages. Knows no other policy. */
@NullMarked
package gatehouse.policy.websocket;

import org.jspecify.annotations.NullMarked;
