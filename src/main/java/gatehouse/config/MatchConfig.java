package gatehouse.config;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Conditions on a request. Absent keys allow everything. */
public record MatchConfig(
        @Key(doc = "Names of listeners.", value = "[]") List<String> listener,

        @Key(doc = "`api.example.com`, or `*.example.com` for any name below it; without a port.", value = "[]")
        List<HostPattern> host,

        @Key(
                doc = "`/users` exactly that, `/users/{id}` one segment, `/users/**` `/users` itself and everything"
                        + " below it.",
                value = "[]")
        List<PathPattern> path,

        @Key(doc = "Methods. `HEAD` is taken wherever `GET` is.", value = "[]")
        List<String> method,

        @Key(doc = "Header fields by name; `*` is any value.")
        Map<String, List<String>> header,

        @Key(doc = "Query parameters by name; `*` is any value.")
        Map<String, List<String>> query,

        @Key(doc = "Cookies by name; `*` is any value.") Map<String, List<String>> cookie,

        @Key(
                doc = "`websocket`: a request to become a WebSocket, on a listener that takes them; `http`: any other."
                        + " Without this key both are taken.",
                value = "[]")
        List<Spoken> protocol,

        @Key(
                doc = "Names that a client asks for in the handshake of TLS, of a `tcp` listener: `db.example.com`, or"
                        + " `*.example.com`.",
                value = "[]")
        List<HostPattern> sni,

        @Key(doc = "Version of an API that the request asks for.") @Nullable VersionMatch version,

        @Key(doc = "Conditions of the same form that must not hold together.") @Nullable MatchConfig not)
        implements Checked {
    /** What is wanted of a connection. */
    public enum Spoken {
        /** Requests and answers. */
        HTTP,
        /** A WebSocket. */
        WEBSOCKET
    }

    /** Names that a client asks for: its host, or what it says in the handshake of TLS. */
    public List<HostPattern> names() {
        return sni.isEmpty() ? host : sni;
    }

    @Override
    public void check(Complaints complaints) {
        if (!sni.isEmpty() && !host.isEmpty()) {
            complaints.add("sni", sni.toString(), "one of sni and host");
        }
        var segment = version == null ? null : version.path();
        if (segment != null
                && (path.isEmpty()
                        || path.stream()
                                        .mapToInt(pattern -> pattern.segments().indexOf("{" + segment + "}"))
                                        .distinct()
                                        .count()
                                != 1
                        || !path.get(0).segments().contains("{" + segment + "}"))) {
            complaints.add("version.path", segment, "a segment that stands at one place in every path");
        }
        for (var name : method) {
            if (!name.matches("[A-Z][A-Z0-9_-]*")) {
                complaints.add("method", name, "methods in capitals, such as GET");
            }
        }
    }
}
