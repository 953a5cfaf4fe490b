package gatehouse.config;

import java.util.List;
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
            @Key(doc = "Name of a service; `to: users` is short for it.") @Nullable String service,

            @Key(
                    doc = "Folder whose files are served, relative to the configuration's folder. The path below the"
                            + " route's prefix is looked up in it; hidden files never are.")
            @Nullable String files,

            @Key(doc = "File served for a folder, with `files`.", value = "index.html")
            String index)
            implements Checked {
        @Override
        public void check(Complaints complaints) {
            if ((service == null) == (files == null)) {
                complaints.add("", service == null ? "neither" : "both", "either service or files");
            }
        }
    }
}
