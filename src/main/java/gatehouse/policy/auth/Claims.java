package gatehouse.policy.auth;

import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** What a token's claims must say (RFC 7519 §4.1, RFC 8725 §3). */
final class Claims {
    /** Claims that are texts where they are there (RFC 7519 §4.1.2, §4.1.7). */
    private static final List<String> TEXTS = List.of("sub", "jti");

    private final JwtConfig config;
    private final Set<String> types;
    private final InstantSource wallTime;
    private final double leeway;

    Claims(JwtConfig config, InstantSource wallTime) {
        this.config = config;
        this.wallTime = wallTime;
        this.types = config.type().stream().map(Token::type).collect(Collectors.toUnmodifiableSet());
        this.leeway = config.leeway().toMillis() / 1000d;
    }

    /**
     * Checks everything but the signature.
     *
     * @return when the token has expired for good, in seconds since 1970
     * @throws Token.Refused what is wrong, fit for whoever sent it
     */
    double check(Token token) {
        if (!types.contains(token.type())) {
            throw new Token.Refused("The token is of a type that is not taken here.");
        }
        var now = wallTime.millis() / 1000d;
        var expires = token.time("exp");
        if (expires == null) {
            throw new Token.Refused("The token has no exp.");
        }
        if (now >= expires + leeway) {
            throw new Token.Refused("The token has expired.");
        }
        var from = token.time("nbf");
        if (from != null && from > now + leeway) {
            throw new Token.Refused("The token is not valid yet.");
        }
        var issued = token.time("iat");
        if (issued != null && issued > now + leeway) {
            throw new Token.Refused("The token was issued in the future.");
        }
        if (expires - (issued == null ? now : issued) > config.maxLifetime().toMillis() / 1000d) {
            throw new Token.Refused("The token lives too long.");
        }
        checkParties(token);
        return expires + leeway;
    }

    private void checkParties(Token token) {
        for (var name : TEXTS) {
            var unused = token.text(name);
        }
        var issuer = token.text("iss");
        if (!config.issuer().isEmpty() && !config.issuer().contains(issuer)) {
            throw new Token.Refused("The token is not of an issuer that is taken here.");
        }
        var audience = token.claims().get("aud");
        var isFor = audience instanceof String one
                ? List.of(one)
                : audience instanceof Collection<?> several ? several : List.of();
        // §4.1.3: whoever is not named in aud must not take the token
        var anybody = config.audience().isEmpty() && !token.claims().containsKey("aud");
        if (!anybody
                && isFor.stream()
                        .noneMatch(each ->
                                each instanceof String && config.audience().contains(each))) {
            throw new Token.Refused("The token is not for this audience.");
        }
    }
}
