package gatehouse.policy;

import java.time.Instant;

/**
 * Tokens that are not taken any more though they have not expired. Asked on the event loop for each request, so it answers
 * from memory. Thread-safe.
 */
public interface Revocations {
    /**
     * Whether a token is revoked.
     *
     * @param tokenId its {@code jti}; empty where it has none
     * @param subject its {@code sub}; empty where it has none
     * @param issuedAt its {@code iat} in seconds since 1970; a token without one is as old as can be
     */
    boolean isRevoked(String tokenId, String subject, long issuedAt);

    /** Revokes the token of this id; forgotten after {@code until}, when it has expired anyway. */
    void revokeToken(String tokenId, Instant until);

    /** Revokes all tokens of a subject that were issued at {@code before} or earlier; forgotten after {@code until}. */
    void revokeSubject(String subject, Instant before, Instant until);

    /** How many are held. */
    int size();
}
