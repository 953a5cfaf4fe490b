package gatehouse.registry;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Who is nudged when something has changed. A nudge says nothing; who gets it reads what it needs, so one that is lost to
 * another that came just before costs nothing. Thread-safe.
 */
final class Followers {
    private final Map<ServiceName, Set<Follower>> byService = new ConcurrentHashMap<>();
    private final Set<Follower> ofAll = ConcurrentHashMap.newKeySet();

    /** A follower; two of the same nudge are two. */
    private static final class Follower {
        private final Runnable nudge;

        Follower(Runnable nudge) {
            this.nudge = nudge;
        }
    }

    Following add(Runnable nudge) {
        var follower = new Follower(nudge);
        ofAll.add(follower);
        return () -> ofAll.remove(follower);
    }

    Following add(ServiceName service, Runnable nudge) {
        var follower = new Follower(nudge);
        byService.compute(service, (name, before) -> {
            var followers = before == null ? ConcurrentHashMap.<Follower>newKeySet() : before;
            followers.add(follower);
            return followers;
        });
        return () -> byService.computeIfPresent(service, (name, followers) -> {
            followers.remove(follower);
            return followers.isEmpty() ? null : followers;
        });
    }

    /** Nudges all who follow one of these services, and those who follow all. */
    void nudge(Set<ServiceName> services) {
        for (var service : services) {
            byService.getOrDefault(service, Set.of()).forEach(follower -> follower.nudge.run());
        }
        if (!services.isEmpty()) {
            ofAll.forEach(follower -> follower.nudge.run());
        }
    }
}
