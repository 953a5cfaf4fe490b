package gatehouse.config;

import java.util.HashMap;
import java.util.Map;

/** The admin API. */
@ShortForm("listen")
public record AdminConfig(
        @Key(
                doc = "Address of the admin API. One that is not loopback needs at least one token.",
                value = "127.0.0.1:9900")
        ListenAddress listen,

        @Key(
                doc = "Bearer tokens by name. Without any, reads are open on loopback and a token for writes is"
                        + " generated into `<dataDir>/admin.token`.")
        Map<String, Token> tokens,

        @Key(doc = "`GET /admin/v1/events`, the stream of what happens on the node.", value = "{}")
        EventsConfig events)
        implements Checked {

    /** A token and what it may do. */
    @ShortForm("value")
    public record Token(
            @Key(
                    doc = "The token itself, at least 16 characters; best given as `${env:NAME}` or `${file:PATH}`.",
                    required = true,
                    secret = true)
            String value,

            @Key(
                    doc = "`read` sees, `register` also registers instances, `admin` also changes all the rest.",
                    value = "read")
            Role role) {
        /** Hides the value. */
        @Override
        public String toString() {
            return "Token[***, " + role + "]";
        }
    }

    /** What a token may do; a later one includes the earlier. */
    public enum Role {
        /** Sees. */
        READ,
        /** Sees, and announces instances in the registry. */
        REGISTER,
        /** Sees and changes. */
        ADMIN
    }

    @Override
    public void check(Complaints complaints) {
        if (!listen.isLoopback() && tokens.isEmpty()) {
            complaints.add("listen", listen.toString(), "a loopback address, or at least one entry in admin.tokens");
        }
        var seen = new HashMap<String, String>();
        tokens.forEach((name, token) -> {
            var at = "tokens." + name + ".value";
            var other = seen.putIfAbsent(token.value(), name);
            if (token.value().length() < 16) {
                complaints.add(at, "***", "at least 16 characters");
            } else if (!token.value().matches("[!-~]([ -~]*[!-~])?")) {
                complaints.add(at, "***", "ASCII characters that can be seen, as it comes in a header field");
            } else if (other != null) {
                complaints.add(at, "***, which is that of " + other + " too", "a token of its own");
            }
        });
    }
}
