/**
 * Owns carrying an exchange to a target and its reply back: connections, deadlines, retries and breakers. Knows nothing of
 * routes or of the policies that ran before.
 *
 * <p>Begin at {@link Forwarder}: {@link Gathering} takes the beginning of a body; a {@link Delivery}, which is a {@link Dispatch}, gets a
 * place from {@link Admission} and makes attempts, each an {@link Attempt} with its {@link Passage}; {@link Upload} and
 * {@link Download} stream bodies. What an attempt has at its target is a {@link TargetRequest} and a {@link TargetAnswer}: of HTTP/1.1 on an
 * {@link Http1Connection} out of a {@link TargetPool}, of HTTP/2 as a stream of a client of Vert.x.
 */
@NullMarked
package gatehouse.forward;

import org.jspecify.annotations.NullMarked;
