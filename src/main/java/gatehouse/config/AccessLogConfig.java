package gatehouse.config;

/** The access log: one line per exchange, written off the event loop from a bounded buffer. */
@ShortForm("file")
public record AccessLogConfig(
        @Key(
                doc = "`json`, one object a line, or `combined`, the format that Apache and NGINX made common.",
                value = "json")
        Format format,

        @Key(doc = "File to append to, or `-` for standard output.", required = true)
        String file) {
    /** Forms of a line. */
    public enum Format {
        /** One JSON object. */
        JSON,
        /** The combined log format. */
        COMBINED
    }
}
