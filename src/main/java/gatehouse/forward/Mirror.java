package gatehouse.forward;

import gatehouse.config.Key;
import gatehouse.config.Share;
import gatehouse.config.Weaker;
import gatehouse.policy.PolicyType;
import gatehouse.policy.Stage;
import gatehouse.service.Service;
import java.time.Duration;

/**
 * Where copies of a route's requests go.
 *
 * @param service who gets them
 * @param config how many of them, and for how long they are cared for
 * @param tally what became of them
 */
public record Mirror(Service service, Config config, MirrorTally tally) {
    /** The setting {@code mirror}; the copies are sent at the end of the chain. */
    public static final PolicyType<Config> TYPE = PolicyType.setting(
                    "mirror",
                    "Sends copies of requests to another service, whose answers nobody sees.",
                    Stage.MIRROR,
                    Config.class)
            .onlyWhereNamed();

    /** Keys of {@code mirror}. */
    public record Config(
            @Key(doc = "Name of the service that gets the copies.", required = true)
            String to,

            @Key(doc = "Share of the requests that are copied.", value = "100%", weaker = Weaker.NEVER)
            Share share,

            @Key(
                    doc =
                            "Most copies of the route's requests under way on this node; beyond that they are not copied.",
                    value = "64",
                    min = 1,
                    max = 100_000)
            int max,

            @Key(doc = "Longest time for a copy and its answer; then it is given up.", value = "5s", min = 1)
            Duration timeout) {}
}
