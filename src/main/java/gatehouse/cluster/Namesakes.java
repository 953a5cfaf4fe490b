package gatehouse.cluster;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Members of the same name, which the log has once. Thread-safe. */
final class Namesakes {
    private static final Logger LOG = LoggerFactory.getLogger(Joined.class);

    /** Bounded, as those who come may never have been here before. */
    private static final int MOST = 1000;

    private final Set<String> told = new HashSet<>();

    /** Looks who is called the same. */
    synchronized void look(List<Member> members) {
        var first = new HashMap<String, Member>();
        for (var member : members) {
            var other = first.putIfAbsent(member.name(), member);
            if (other != null && told.size() < MOST && told.add(other.id() + " " + member.id())) {
                LOG.warn(
                        "cluster: two members are called {}, at {} and {}; node.name must be another one on each node",
                        member.name(),
                        other.address(),
                        member.address());
            }
        }
    }
}
