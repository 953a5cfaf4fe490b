/**
 * Owns carrying an exchange to a target and its reply back: places at a service, deadlines, retries and breakers. Knows nothing of
 * routes or of the policies that ran before.
 *
 * <p>Begin at {@link Forwarder}: {@link Gathering} takes the beginning of a body; a {@link Delivery}, which is a {@link Dispatch}, gets a
 * place from {@link Admission} and makes attempts, each an {@link Attempt} with its {@link Passage}; {@link Upload} and
 * {@link Download} stream bodies. What an attempt has at its target is a {@link gatehouse.upstream.TargetRequest} and a
 * {@link gatehouse.upstream.TargetAnswer}, whatever the protocol.
 */
@NullMarked
package gatehouse.forward;

import org.jspecify.annotations.NullMarked;
