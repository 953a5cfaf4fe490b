package gatehouse.config;

import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Which requests are taken, what is done to them, and where they go. */
public record RouteConfig(
        @Key(
                doc = "What a request must look like; all keys are required, a list inside one means any of them.",
                value = "{}")
        MatchConfig match,

        @Key(doc = "Where it goes.", required = true) To to,

        @Key(doc = "Policy bundles, laid over each other from left to right.", value = "[]")
        List<String> use,

        @Key(doc = "Decides between routes that are equally specific; the greater wins.", value = "0")
        int priority,

        @PolicyKeys PolicySet policies) {

    /** Where a route leads. */
    @ShortForm("service")
    public record To(
            @Key(
                    doc = "Name of a service; `to: users` is short for it. `to: forward`, on listeners of `forward`, is"
                            + " wherever the client wants to go, within `match.host`.")
            @Nullable String service,

            @Key(
                    doc =
                            "Shares of several services, such as `{ users: 90%, users-next: 10% }`; 100% together. A client stays"
                                    + " with the service that it got, as long as the shares stay.")
            Map<String, Share> split,

            @Key(
                    doc = "What a client is known by for `split`: `ip`, `consumer`, `header:NAME`, `cookie:NAME` or"
                            + " `claim:NAME`; where a request has none of it, its address.",
                    value = "ip")
            CallerKey sticky,

            @Key(
                    doc = "Folder whose files are served, relative to the configuration's folder. The path below the"
                            + " route's prefix is looked up in it; hidden files never are.")
            @Nullable String files,

            @Key(doc = "File served for a folder, with `files`.", value = "index.html")
            String index,

            @Key(
                    doc =
                            "Address that clients are sent to, such as `https://{host}{path}`. The request's query goes along,"
                                    + " unless there is a `?` in it.")
            @Nullable Template redirect,

            @Key(doc = "Status of `redirect`: 301, 302, 303, 307 or 308.", value = "307")
            int status,

            @Key(doc = "A fixed answer.") @Nullable Respond respond,

            @Key(
                    doc =
                            "Name of a topic, such as `news` or `{topic}` for a segment of the path. What is published there is"
                                    + " pushed to clients, as server-sent events or over a WebSocket.")
            @Nullable TopicName topic,

            @Key(doc = "Service of gRPC that requests of JSON are made calls to.") @Nullable String rpc,

            @Key(
                    doc =
                            "With `rpc`: file of descriptors as `protoc --include_imports --descriptor_set_out` writes it, relative to"
                                    + " the configuration's folder; or `reflection`, as without the key, which asks the service.")
            @Nullable String schema)
            implements Checked {
        @Override
        public void check(Complaints complaints) {
            var named = (service == null ? 0 : 1)
                    + (split.isEmpty() ? 0 : 1)
                    + (files == null ? 0 : 1)
                    + (redirect == null ? 0 : 1)
                    + (respond == null ? 0 : 1)
                    + (topic == null ? 0 : 1)
                    + (rpc == null ? 0 : 1);
            if (named != 1) {
                complaints.add(
                        "",
                        named == 0 ? "nowhere" : "several",
                        "one of service, split, files, redirect, respond, topic and rpc");
            }
            var sum = split.values().stream().mapToDouble(Share::fraction).sum();
            if (!split.isEmpty() && Math.abs(sum - 1) > 1e-9) {
                complaints.add("split", percent(sum) + " together", "shares that make 100% together");
            }
            if (status != 301 && status != 302 && status != 303 && status != 307 && status != 308) {
                complaints.add("status", Integer.toString(status), "one of 301, 302, 303, 307, 308");
            }
            if (sticky.source() == CallerKey.Source.ROUTE) {
                complaints.add("sticky", "route", "what tells one client from another, such as ip");
            }
            if (redirect != null && !isAddress(redirect)) {
                complaints.add(
                        "redirect",
                        redirect.toString(),
                        "a URL whose host no value of the request can end, or a path that begins with /");
            }
        }

        /** More than all of it is no {@link Share}. */
        private static String percent(double sum) {
            return BigDecimal.valueOf(Math.round(sum * 1e4), 2)
                            .stripTrailingZeros()
                            .toPlainString() + "%";
        }

        /** A path of two slashes would be another host. */
        private static boolean isAddress(Template redirect) {
            var text = redirect.text();
            for (var i = 0; i < text.length(); i++) {
                if (text.charAt(i) <= ' ' || text.charAt(i) >= 0x7f) {
                    return false;
                }
            }
            return text.matches("https?://[^/{].*|https?://\\{host\\}.*|/([^/].*)?|\\{path\\}.*")
                    && (text.startsWith("/") || text.startsWith("{") || isHostCertain(redirect));
        }

        /** Whether the host ends with text, or is that of the request: a value at its end could make any other of it. */
        private static boolean isHostCertain(Template redirect) {
            var certain = true;
            var isFirst = true;
            for (var part : redirect.parts()) {
                if (part.kind() == Template.Kind.PATH) {
                    return certain;
                }
                if (part.kind() == Template.Kind.TEXT) {
                    var text = isFirst ? part.name().substring(part.name().indexOf("//") + 2) : part.name();
                    certain |= text.matches("\\.[^/?]+.*");
                    if (text.indexOf('/') >= 0 || text.indexOf('?') >= 0) {
                        return certain;
                    }
                } else {
                    certain = certain && part.kind() == Template.Kind.HOST;
                }
                isFirst = false;
            }
            return certain;
        }

        /** Whether it leads wherever clients of a forward proxy want to go. */
        public boolean isForward() {
            return "forward".equals(service);
        }

        /** The one service that it leads to, or null. */
        public @Nullable String only() {
            return rpc == null ? service : rpc;
        }

        /** Whether it leads to a service of gRPC whose schema stands in a file. */
        public boolean hasSchemaFile() {
            return rpc != null && schema != null && !schema.equals("reflection");
        }

        /** Names of services that it leads to. */
        public List<String> services() {
            if (rpc != null) {
                return List.of(rpc);
            }
            return isForward() ? List.of() : service == null ? List.copyOf(split.keySet()) : List.of(service);
        }
    }

    /**
     * A fixed answer.
     *
     * @param status its status
     * @param body its body
     * @param headers its fields
     */
    public record Respond(
            @Key(doc = "Status.", value = "200", min = 200, max = 599)
            int status,

            @Key(doc = "Body; without a `Content-Type` among `headers` it is plain text.") @Nullable String body,

            @Key(doc = "Header fields.") Map<String, String> headers)
            implements Checked {
        private static final Set<String> NOT_GIVEN = Set.of(
                "connection",
                "content-length",
                "keep-alive",
                "proxy-connection",
                "te",
                "trailer",
                "transfer-encoding",
                "upgrade",
                "x-request-id");

        @Override
        public void check(Complaints complaints) {
            if (body != null && (status == 204 || status == 304)) {
                complaints.add("body", "a body", "none with status " + status);
            }
            headers.forEach((name, value) -> {
                if (!HttpToken.is(name) || !value.matches("[\\t -~]*")) {
                    complaints.add("headers", name + ": " + value, "fields of visible ASCII characters");
                } else if (NOT_GIVEN.contains(name.toLowerCase(Locale.ROOT))) {
                    complaints.add("headers", name, "fields that don't frame the answer or belong to the connection");
                }
            });
        }
    }
}
