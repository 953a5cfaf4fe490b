package gatehouse.config;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The access log: one line per exchange, written off the event loop from a bounded buffer. */
@ShortForm("file")
public record AccessLogConfig(
        @Key(
                doc = "`json`, one object a line, or `combined`, the format that Apache and NGINX made common.",
                value = "json")
        Format format,

        @Key(doc = "File to append to, or `-` for standard output.", required = true)
        String file,

        @Key(
                doc =
                        "When the file is put aside as `FILE.1`, the one before as `FILE.2` and so on. By default never: a file that"
                                + " somebody else moves is noticed within a second and begun anew.")
        @Nullable Rotate rotate) {
    /** When a file is put aside. */
    public record Rotate(
            @Key(doc = "Most bytes of the file.", value = "100MiB", min = 1024, weaker = Weaker.NEVER)
            Size size,

            @Key(
                    doc = "Longest time that one file is written to, counted from when it was opened.",
                    value = "1d",
                    min = 1000,
                    weaker = Weaker.NEVER)
            Duration age,

            @Key(doc = "How many files are kept besides.", value = "5", min = 1, max = 1000, weaker = Weaker.NEVER)
            int keep) {}

    /** Forms of a line. */
    public enum Format {
        /** One JSON object. */
        JSON,
        /** The combined log format. */
        COMBINED
    }
}
