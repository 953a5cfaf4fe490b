package gatehouse.registry;

import gatehouse.config.RegistryConfig;
import gatehouse.registry.Shelf.Group;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What time does to instances. A lease that runs out makes its instance suspect, which is a last choice, and after
 * {@code grace} it is gone. When so many of a service are silent at once that it is rather the network than they, those stay
 * suspect for longer: until enough of them are heard again, and no instance for more than {@code selfPreservation.most}, so that
 * this state ends by itself. Guarded by the registry's lock.
 */
final class Expiry {
    private static final Logger LOG = LoggerFactory.getLogger(Expiry.class);
    private static final int LEAST_SILENT = 2;
    private static final long LONGEST_REST = TimeUnit.MINUTES.toNanos(1);

    private final Ledger ledger;

    Expiry(Ledger ledger) {
        this.ledger = ledger;
    }

    void sweep(RegistryConfig config) {
        var now = ledger.now();
        if (now - ledger.nextDue() < 0) {
            return;
        }
        var next = now + LONGEST_REST;
        for (var group : List.copyOf(ledger.shelf.groups())) {
            var due = sweep(group, config, now);
            next = due - next < 0 ? due : next;
        }
        ledger.graves.forget(now);
        ledger.dueAt(next);
    }

    /** Gives the time of what is due next. */
    private long sweep(Group group, RegistryConfig config, long now) {
        for (var held : group.all()) {
            if (!held.suspect && now - held.deadline >= 0) {
                held.suspect = true;
                ledger.changed(held, Change.Kind.SUSPECT, config.log());
            }
        }
        var patience = patience(group, config);
        var next = now + LONGEST_REST;
        for (var held : List.copyOf(group.all())) {
            var due = held.suspect ? held.deadline + patience : held.deadline;
            if (now - due >= 0) {
                ledger.removed(held, Change.Kind.EXPIRED, config.log());
            } else {
                next = due - next < 0 ? due : next;
            }
        }
        return next;
    }

    /** How long suspects of a service stay. */
    private static long patience(Group group, RegistryConfig config) {
        var settings = config.selfPreservation();
        var silent = group.silent();
        var isPreserved = silent >= LEAST_SILENT && silent > settings.share().fraction() * group.size();
        if (isPreserved && !group.isPreserved) {
            LOG.warn(
                    "registry: {} of {} instances of {} are silent at once; they are kept as a last choice, for at most {} s",
                    silent,
                    group.size(),
                    group.name(),
                    settings.most().toSeconds());
        } else if (!isPreserved && group.isPreserved) {
            LOG.info("registry: silent instances of {} are not kept any more", group.name());
        }
        group.isPreserved = isPreserved;
        var grace = config.grace().toNanos();
        return isPreserved ? Math.max(grace, settings.most().toNanos()) : grace;
    }
}
