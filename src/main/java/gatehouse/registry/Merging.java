package gatehouse.registry;

import gatehouse.config.RegistryConfig;
import gatehouse.registry.Shelf.Held;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Takes over what another node tells, or the last run of this one. Of two that know the same name, the higher lease is right,
 * then the higher revision; of equal ones the longer life. Who has gone does not come back but with a new lease.
 * So it does not matter in which order nodes hear of something, how often, or whether they miss a word in between. Guarded
 * by the registry's lock.
 */
final class Merging {
    private final Ledger ledger;

    Merging(Ledger ledger) {
        this.ledger = ledger;
    }

    /** Whether anything is other than before. */
    boolean merge(Entry told, RegistryConfig config) {
        var instance = told.instance();
        ledger.stamps.saw(Math.max(instance.lease(), instance.revision()));
        if (ledger.graves.hold(instance)) {
            return false;
        }
        var known = ledger.shelf.find(instance.name());
        return told.gone() ? end(told, known, config) : life(told, known, config);
    }

    private boolean end(Entry gone, @Nullable Held known, RegistryConfig config) {
        if (known != null && known.instance.lease() > gone.instance().lease()) {
            return false;
        }
        ledger.graves.bury(gone, ledger.now());
        if (known != null) {
            ledger.removed(known, Change.Kind.DEREGISTERED, config.log());
        }
        return known != null;
    }

    private boolean life(Entry told, @Nullable Held known, RegistryConfig config) {
        var instance = told.instance();
        var left = Math.min(told.leftMillis(), instance.ttl().toMillis());
        var deadline = ledger.now() + TimeUnit.MILLISECONDS.toNanos(left);
        if (known == null) {
            if (left + config.grace().toMillis() <= 0) {
                return false;
            }
            var added = new Held(instance, deadline);
            ledger.shelf.put(added);
            ledger.changed(added, Change.Kind.REGISTERED, config.log());
            return true;
        }
        if (instance.isNewerThan(known.instance)) {
            known.instance = instance;
            known.deadline = deadline;
            known.suspect = false;
            ledger.changed(known, Change.Kind.UPDATED, config.log());
            return true;
        }
        return !known.instance.isNewerThan(instance) && prolong(known, deadline, left > 0, config);
    }

    private boolean prolong(Held known, long deadline, boolean lives, RegistryConfig config) {
        if (deadline - known.deadline <= 0) {
            return false;
        }
        known.deadline = deadline;
        if (known.suspect && lives) {
            known.suspect = false;
            ledger.changed(known, Change.Kind.RECOVERED, config.log());
        }
        return true;
    }
}
