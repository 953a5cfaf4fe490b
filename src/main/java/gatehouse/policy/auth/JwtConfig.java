package gatehouse.policy.auth;

import gatehouse.config.Checked;
import gatehouse.config.Key;
import gatehouse.config.OneOf;
import gatehouse.config.ShortForm;
import gatehouse.config.Size;
import gatehouse.config.Weaker;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Keys of {@code auth.jwt}. */
record JwtConfig(
        @Key(doc = "Whose tokens are taken: `iss` is one of these. Without it any issuer's that a key here has signed.")
        List<String> issuer,

        @Key(
                doc = "For whom a token must be: `aud` has one of these. Without it a token that names an audience is"
                        + " refused.")
        List<String> audience,

        @Key(doc = "Keys that stand here or in files.") List<SigningKey> keys,

        @Key(doc = "A set of keys, in a file or at a URL.") @Nullable Jwks jwks,

        @Key(
                doc = "Algorithms that are taken; empty: those of the keys. Each key is good for one algorithm only,"
                        + " whatever a token says.",
                value = "[]")
        List<Algorithm> algorithms,

        @Key(doc = "`typ` of tokens that are taken; a token without one counts as `JWT`.", value = "[JWT, at+jwt]")
        List<String> type,

        @Key(
                doc = "How far clocks may be apart when `exp`, `nbf` and `iat` are looked at.",
                value = "30s",
                min = 0,
                max = 60_000)
        Duration leeway,

        @Key(
                doc = "Longest time from `iat` to `exp`; a token that would live longer is refused.",
                value = "24h",
                min = 1000)
        Duration maxLifetime,

        @Key(doc = "Where the token is looked for.", value = "{}")
        From from,

        @Key(doc = "The claim that names the consumer.", value = "sub")
        String consumer,

        @Key(doc = "The claim that lists the caller's groups.", value = "groups")
        String groups,

        @Key(
                doc =
                        "Claims as headers for the service, header by claim: `X-User: sub`. What a client sends under such a"
                                + " name is taken away, whether or not it has a token.")
        Map<String, String> headers,

        @Key(doc = "Whether the service gets the token, too.", value = "true")
        boolean forward,

        @Key(
                doc =
                        "How long a token that was found good is not verified again, at most until it expires; revocations"
                                + " count at once all the same.",
                value = "60s",
                min = 0,
                max = 3_600_000,
                weaker = Weaker.NEVER)
        Duration cache)
        implements Checked {

    /** One key. */
    @OneOf({"secret", "pem"})
    record SigningKey(
            @Key(doc = "A secret of 32 bytes or more, shared with the issuer.", secret = true) @Nullable String secret,

            @Key(doc = "File with a public key or a certificate.") @Nullable String pem,

            @Key(
                    doc = "The algorithm that it is for. By default `HS256` for a secret, `RS256` for RSA, and what the"
                            + " curve says for others.")
            @Nullable Algorithm algorithm,

            @Key(doc = "Its `kid`; a token that names another is not verified by it.") @Nullable String kid)
            implements Checked {
        private static final int SHORTEST_SECRET = 32;

        @Override
        public void check(Complaints complaints) {
            if (secret != null && secret.getBytes(StandardCharsets.UTF_8).length < SHORTEST_SECRET) {
                complaints.add("secret", "***", "a secret of at least 32 bytes");
            }
            if (secret != null && algorithm != null && !algorithm.isSymmetric()) {
                complaints.add("algorithm", algorithm.text(), "HS256, HS384 or HS512 for a secret");
            }
            if (pem != null && algorithm != null && algorithm.isSymmetric()) {
                complaints.add("algorithm", algorithm.text(), "an algorithm for public keys, as a PEM file holds one");
            }
        }

        /** Hides the secret. */
        @Override
        public String toString() {
            return "{ " + (pem == null ? "secret: ***" : "pem: " + pem) + " }";
        }
    }

    /** A set of keys. */
    @ShortForm("at")
    record Jwks(
            @Key(doc = "`https://` URL, or a file.", required = true)
            String at,

            @Key(
                    doc =
                            "How often a URL is read again. A token with an unknown `kid` has it read at once, yet no more than"
                                    + " every 30 s. While it can't be read, the keys stay good for 24 hours.",
                    value = "10m",
                    min = 30_000,
                    max = 86_400_000)
            Duration refresh,

            @Key(
                    doc = "Lets a URL be `http://` on another host; who is in between could then give out keys.",
                    value = "false")
            boolean unencrypted,

            @Key(
                    doc =
                            "File with the certificates (PEM) of whom a URL is trusted to be signed by, instead of those of the system.")
            @Nullable String ca)
            implements Checked {
        boolean isUrl() {
            return at.startsWith("http://") || at.startsWith("https://");
        }

        @Override
        public void check(Complaints complaints) {
            if (ca != null && !at.startsWith("https://")) {
                complaints.add("ca", ca, "none, as nothing is signed here");
            }
            if (!isUrl()) {
                return;
            }
            var url = urlOrNull(at);
            if (url == null) {
                complaints.add("at", at, "a URL with a host");
            } else if (at.startsWith("http://") && !unencrypted && !isLoopback(url.getHost())) {
                complaints.add("at", at, "https://, or unencrypted: true");
            }
        }
    }

    /** Places of a token. */
    record From(
            @Key(doc = "`Authorization: Bearer`.", value = "true")
            boolean authorization,

            @Key(doc = "A cookie of this name.") @Nullable String cookie,

            @Key(
                    doc = "A query parameter of this name. URLs end up in logs and histories; for clients that can't do"
                            + " otherwise.")
            @Nullable String query,

            @Key(
                    doc =
                            "A field of this name in a form (`application/x-www-form-urlencoded`) that is sent with `POST`,"
                                    + " `PUT` or `PATCH`. The form is read before the caller is known, and goes on as it came.")
            @Nullable String form,

            @Key(
                    doc = "Longest form that is taken; a longer one is 413, as nobody knows what is in it.",
                    value = "16KiB",
                    min = 256,
                    max = 1_048_576)
            Size formBytes,

            @Key(doc = "How long such a form may take to come; then 408.", value = "5s", min = 10, max = 60_000)
            Duration formTime) {}

    /** A URL with a host, or null. */
    static @Nullable URI urlOrNull(String text) {
        try {
            var url = new URI(text);
            return url.getHost() == null ? null : url;
        } catch (URISyntaxException e) {
            return null;
        }
    }

    private static boolean isLoopback(String host) {
        return host.equals("localhost") || host.startsWith("127.") || host.equals("[::1]");
    }

    @Override
    public void check(Complaints complaints) {
        if (keys.isEmpty() && jwks == null) {
            complaints.add("keys", "neither keys nor jwks", "something to verify tokens with");
        }
        if (!from.authorization() && from.cookie() == null && from.query() == null && from.form() == null) {
            complaints.add("from", "nowhere", "authorization, a cookie, a query parameter or a field of a form");
        }
        if (from.form() != null && !forward) {
            complaints.add("forward", "false", "true with from.form, as a form goes on as it came");
        }
        for (var header : headers.keySet()) {
            if (!GivenFields.mayBeGiven(header)) {
                complaints.add("headers." + header, header, "the name of a header that a service may be given");
            }
        }
    }
}
