package gatehouse.config;

import org.jspecify.annotations.Nullable;

/**
 * Which version of an API a request asks for, and where it says so.
 *
 * @param header field whose value is the version
 * @param query parameter whose value is the version
 * @param accept what stands for it in {@code Accept}
 * @param path name of the path segment that is the version
 * @param is versions that will do
 */
@OneOf({"header", "query", "accept", "path"})
public record VersionMatch(
        @Key(doc = "Header field that has the version, such as `Accept-Version`.") @Nullable String header,

        @Key(doc = "Query parameter that has the version.") @Nullable String query,

        @Key(
                doc =
                        "What has the version in `Accept`: a parameter, as `version` in `application/json;version=2`, or a media"
                                + " type before its version, as `application/vnd.acme` in `application/vnd.acme.v2+json`.")
        @Nullable String accept,

        @Key(doc = "Name of the segment of `match.path` that is the version: `v` in `/{v}/orders/**`.") @Nullable
        String path,

        @Key(
                doc =
                        "Versions that will do: `2`, `2.x`, `>=2.1 <3`. A request that names none, or none that can be read, has none of them.",
                required = true)
        VersionRange is)
        implements Checked {
    @Override
    public void check(Complaints complaints) {
        check("header", header, complaints);
        check("query", query, complaints);
        check("accept", accept, complaints);
    }

    private static void check(String key, @Nullable String name, Complaints complaints) {
        if (name != null && !name.matches("[!-~]{1,128}")) {
            complaints.add(key, '"' + name + '"', "a name without blanks");
        }
    }
}
