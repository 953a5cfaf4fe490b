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
    private long readings;
    private long newest;

    Rejections(Metrics metrics) {
        this.metrics = metrics;
    }

    /** The number of a configuration that is read now. */
    synchronized long reading() {
        return ++readings;
    }

    /**
     * A changed configuration was not accepted; the one in force stays.
     *
     * @param reading its number: what was found in a later one is not forgotten for it
     */
    void configRejected(ConfigException why, long reading) {
        synchronized (this) {
            if (reading >= newest) {
                newest = reading;
                ofConfig = why.problems();
            }
        }
        metrics.reloadRejected();
        LOG.error("the changed configuration is rejected, the former one stays in force:\n{}", why.getMessage());
    }

    /** Whether nothing is wrong with the newest configuration so far. */
    boolean isConfigFine() {
        return ofConfig.isEmpty();
    }

    /**
     * A configuration is in force.
     *
     * @param reading its number: what is wrong with a later one stays told
     */
    synchronized void configTaken(long reading) {
        if (reading >= newest) {
            newest = reading;
            ofConfig = List.of();
        }
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
