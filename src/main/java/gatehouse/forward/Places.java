package gatehouse.forward;

import gatehouse.service.Service;
import gatehouse.service.Target;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import org.jspecify.annotations.Nullable;

/** Which targets of a service have room for one more request of one event loop, and which of them gets it. Confined to that loop. */
final class Places {
    /** Targets that are gone are forgotten when there are more than this. */
    private static final int MANY_TARGETS = 64;

    /** Requests under way to one target. */
    static final class Busy {
        private final Target target;
        private int requests;

        private Busy(Target target) {
            this.target = target;
        }
    }

    private final Service service;
    private final int mostPerTarget;
    private final IdentityHashMap<Target, Busy> busy = new IdentityHashMap<>();

    /**
     * @param mostPerTarget requests under way to one target
     */
    Places(Service service, int mostPerTarget) {
        this.service = service;
        this.mostPerTarget = mostPerTarget;
    }

    /** One more request to a target. */
    Busy take(Target target) {
        var here = busy.get(target);
        if (here == null) {
            here = new Busy(target);
            busy.put(target, here);
        }
        here.requests++;
        return here;
    }

    /** One request to a target less. */
    void free(Busy here) {
        here.requests--;
        if (here.requests == 0 && busy.size() > MANY_TARGETS) {
            busy.remove(here.target);
        }
    }

    /** Whether it has as many requests as it may. */
    boolean isFull(Target target) {
        var here = busy.get(target);
        return here != null && here.requests >= mostPerTarget;
    }

    /** Where a request should go, whether or not there is room; null where no target takes any. */
    @Nullable Target choose(Admission.Applicant applicant) {
        var tried = applicant.tried();
        var bound = tried.isEmpty() ? service.sticky(applicant.exchange()) : null;
        return bound == null ? service.pick(applicant.exchange(), tried) : bound;
    }

    /** A target with room in place of one without; those that were tried before only if there is no other. */
    @Nullable Target elsewhere(Admission.Applicant applicant, Target full) {
        var exchange = applicant.exchange();
        if (service.binds(exchange)) {
            return null;
        }
        var passed = new ArrayList<>(applicant.tried());
        passed.add(full);
        for (var next = service.pickOther(exchange, passed); next != null; next = service.pickOther(exchange, passed)) {
            if (!isFull(next)) {
                return next;
            }
            passed.add(next);
        }
        for (var tried : applicant.tried()) {
            if (!isFull(tried) && service.takes(tried)) {
                return tried;
            }
        }
        return null;
    }
}
