package gatehouse.policy.auth;

import gatehouse.config.Checked;
import gatehouse.config.Key;
import gatehouse.config.OneOf;
import gatehouse.config.Rate;
import gatehouse.config.ShortForm;
import gatehouse.config.Weaker;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Keys of {@code auth}. */
@OneOf({"jwt", "apiKey", "basic", "external", "any", "all"})
record AuthConfig(
        @Key(doc = "A JSON Web Token.") @Nullable JwtConfig jwt,

        @Key(doc = "One of the consumers' keys.") @Nullable ApiKey apiKey,

        @Key(doc = "A user's name and password.") @Nullable Basic basic,

        @Key(doc = "Another service is asked.") @Nullable External external,

        @Key(doc = "Several ways; the first that says who calls will do.") @Nullable List<Way> any,

        @Key(doc = "Several ways; all must say that the caller is known.") @Nullable List<Way> all,

        @Key(
                doc =
                        "Whether a request without credentials is refused. `false` lets it pass as nobody's; wrong credentials"
                                + " are refused all the same.",
                value = "true")
        boolean required,

        @Key(
                doc =
                        "How many wrong credentials may come from one address (of IPv6 a /64) on this node, over all routes that say the"
                                + " same; then all of its requests to such routes are 429 for a while. `null`: any number.",
                value = "1000/m")
        @Nullable Rate failures) {

    /** One way in {@code any} or {@code all}. */
    @OneOf({"jwt", "apiKey", "basic", "external", "any", "all"})
    record Way(
            @Key(doc = "A JSON Web Token.") @Nullable JwtConfig jwt,

            @Key(doc = "One of the consumers' keys.") @Nullable ApiKey apiKey,

            @Key(doc = "A user's name and password.") @Nullable Basic basic,

            @Key(doc = "Another service is asked.") @Nullable External external,

            @Key(doc = "Several ways; the first that says who calls will do.") @Nullable List<Way> any,

            @Key(doc = "Several ways; all must say that the caller is known.") @Nullable List<Way> all) {}

    /** API keys. */
    record ApiKey(
            @Key(doc = "The header that carries the key.", value = "X-Api-Key") @Nullable String header,

            @Key(doc = "The query parameter that carries the key; URLs end up in logs and histories.") @Nullable String query,

            @Key(doc = "Whether the service gets the key, too.", value = "false")
            boolean forward)
            implements Checked {
        @Override
        public void check(Complaints complaints) {
            if (header == null && query == null) {
                complaints.add("header", "null", "a header or a query parameter");
            }
        }
    }

    /** Names and passwords. */
    @ShortForm("file")
    record Basic(
            @Key(
                    doc = "A file of `name:hash` lines as `htpasswd -B` writes them; bcrypt is the only hash taken.",
                    required = true)
            String file,

            @Key(doc = "What the client is told that it asks for.", value = "gatehouse")
            String realm,

            @Key(doc = "Whether the service gets `Authorization`, too.", value = "false")
            boolean forward,

            @Key(
                    doc = "How long a password that was right is not hashed again.",
                    value = "60s",
                    min = 0,
                    max = 3_600_000,
                    weaker = Weaker.NEVER)
            Duration cache)
            implements Checked {
        @Override
        public void check(Complaints complaints) {
            if (!realm.chars().allMatch(c -> c >= ' ' && c < 0x7f && c != '"' && c != '\\')) {
                complaints.add("realm", realm, "ASCII characters without quotes and backslashes");
            }
        }
    }

    /** A service that knows. */
    @ShortForm("url")
    record External(
            @Key(
                    doc =
                            "What is asked with `GET`: 2xx lets the request pass, 401 and 403 refuse it, a redirect goes to the client,"
                                    + " anything else is 503.",
                    required = true)
            String url,

            @Key(doc = "Longest wait for the answer.", value = "2s", min = 10, max = 30_000)
            Duration timeout,

            @Key(doc = "Headers of the request that it is shown.", value = "[Authorization, Cookie]")
            List<String> send,

            @Key(
                    doc =
                            "Whether it is told method, host, path, query and the client's address, as `X-Forwarded-Method`,"
                                    + " `-Host`, `-Uri`, `-For`. Then an answer counts for just these.",
                    value = "true")
            boolean request,

            @Key(
                    doc =
                            "Headers of its answer that the service behind gets. What a client sends under such a name is taken"
                                    + " away.",
                    value = "[]")
            List<String> receive,

            @Key(doc = "The header of its answer that names the consumer.") @Nullable String consumer,

            @Key(doc = "The header of its answer that lists groups, with commas between them.") @Nullable String groups,

            @Key(
                    doc =
                            "File with the certificates (PEM) of whom it is trusted to be signed by, instead of those of the system.")
            @Nullable String ca,

            @Key(
                    doc = "How long an answer counts for all requests that would ask the same, be it yes or no.",
                    value = "0s",
                    min = 0,
                    max = 3_600_000,
                    weaker = Weaker.NEVER)
            Duration cache)
            implements Checked {
        @Override
        public void check(Complaints complaints) {
            if (!(url.startsWith("http://") || url.startsWith("https://")) || JwtConfig.urlOrNull(url) == null) {
                complaints.add("url", url, "an http:// or https:// URL with a host");
            }
            if (ca != null && !url.startsWith("https://")) {
                complaints.add("ca", ca, "none, as nothing is signed over http://");
            }
            for (var i = 0; i < send.size(); i++) {
                if (!GivenFields.mayBeShown(send.get(i))) {
                    complaints.add(
                            "send." + i,
                            send.get(i),
                            "the name of a header that is not about the connection or the body, nor one that the gateway writes");
                }
            }
            for (var i = 0; i < receive.size(); i++) {
                if (!GivenFields.mayBeGiven(receive.get(i))) {
                    complaints.add("receive." + i, receive.get(i), "the name of a header that a service may be given");
                }
            }
        }
    }
}
