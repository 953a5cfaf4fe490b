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

        @Key(doc = "Version of an API that the request asks for.") @Nullable VersionMatch version,

        @Key(
                doc = "Calls of gRPC: `package.Service` or `package.Service/Method`; stands for `path` and `method`.",
                value = "[]")
        List<CallName> grpc,

        @Key(doc = "Conditions of the same form that must not hold together.") @Nullable MatchConfig not)
        implements Checked {
    @Override
    public void check(Complaints complaints) {
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
        if (!grpc.isEmpty() && !(path.isEmpty() && method.isEmpty())) {
            complaints.add("grpc", grpc.toString(), "no path and no method beside it, for which it stands");
        }
        for (var name : method) {
            if (!name.matches("[A-Z][A-Z0-9_-]*")) {
                complaints.add("method", name, "methods in capitals, such as GET");
            }
        }
    }

    /** The paths of the requests, of calls too. */
    public List<PathPattern> paths() {
        return grpc.isEmpty() ? path : grpc.stream().map(CallName::path).toList();
    }
}
