package gatehouse.launch;

import gatehouse.config.ConfigException;
import gatehouse.config.ConfigProblem;
import gatehouse.observe.Metrics;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What was wrong with changes that are not in force. Thread-safe. */
final class Rejections {
    private static final Logger LOG = LoggerFactory.getLogger(Node.class);

    private final Metrics metrics;
    private volatile List<ConfigProblem> ofConfig = List.of();
    private volatile List<ConfigProblem> ofManifest = List.of();

    Rejections(Metrics metrics) {
        this.metrics = metrics;
    }

    /** A changed configuration was not accepted; the one in force stays. */
    void configRejected(ConfigException why) {
        ofConfig = why.problems();
        metrics.reloadRejected();
        LOG.error("the changed configuration is rejected, the former one stays in force:\n{}", why.getMessage());
    }

    /** The newest configuration is in force. */
    void configTaken() {
        ofConfig = List.of();
    }

    /** A changed manifest was not accepted, or not all of it. */
    void manifestRejected(List<ConfigProblem> why) {
        ofManifest = why;
        metrics.reloadRejected();
        why.forEach(problem -> LOG.error("the changed manifest is not in force as it stands: {}", problem));
    }

    /** The newest manifest is in force. */
    void manifestTaken() {
        ofManifest = List.of();
    }

    /** What is wrong with either; empty when the newest ones are in force. */
    List<ConfigProblem> all() {
        var both = new ArrayList<>(ofConfig);
        both.addAll(ofManifest);
        return both;
    }
}
