package gatehouse.registry;

import gatehouse.config.RegistryConfig;
import gatehouse.registry.Change.Kind;
import gatehouse.registry.Shelf.Held;
import org.jspecify.annotations.Nullable;

/**
 * Does what registrants ask for: takes instances in, renews and changes them, takes them out, within the quotas and for those
 * alone to whom they belong. Guarded by the registry's lock.
 */
final class Reception {
    private final Ledger ledger;
    private final Allowance writes;
    private final Allowance renewals;

    Reception(Ledger ledger, Clocks clocks) {
        this.ledger = ledger;
        writes = new Allowance("changes", clocks.nanos());
        renewals = new Allowance("renewals", clocks.nanos());
    }

    Grant register(Registration wanted, Registrant by, RegistryConfig config) {
        var known = ledger.shelf.find(wanted.name());
        if (known == null) {
            return add(wanted, by, config);
        }
        check(known, wanted.lease(), by);
        return wanted.isSameAs(known.instance) ? renew(known, by, config) : replace(known, wanted, by, config);
    }

    private Grant add(Registration wanted, Registrant by, RegistryConfig config) {
        var limits = config.limits();
        if (wanted.lease() != null) {
            throw Refusals.unknown();
        }
        if (ledger.shelf.size() >= limits.instances()) {
            throw Refusals.full("in all", limits.instances());
        }
        if (ledger.shelf.size(wanted.name().service()) >= limits.perService()) {
            throw Refusals.full("of a service", limits.perService());
        }
        writes.take(by.name(), limits.writes());
        var stamp = ledger.stamps.next();
        var added = new Held(wanted.instance(null, stamp, stamp, by.name()));
        ledger.shelf.put(added);
        return alive(added, Kind.REGISTERED, true, config);
    }

    private Grant replace(Held known, Registration wanted, Registrant by, RegistryConfig config) {
        writes.take(by.name(), config.limits().writes());
        var stamp = ledger.stamps.next();
        var before = known.instance;
        var moved = !wanted.address().equals(before.address());
        known.instance = wanted.instance(before, moved ? stamp : before.lease(), stamp, by.name());
        return alive(known, known.suspect ? Kind.RECOVERED : Kind.UPDATED, false, config);
    }

    Grant renew(InstanceName name, @Nullable Long lease, Registrant by, RegistryConfig config) {
        return renew(find(name, lease, by), by, config);
    }

    private Grant renew(Held held, Registrant by, RegistryConfig config) {
        renewals.take(by.name(), config.limits().renewals());
        ledger.tally.renewed();
        return alive(held, held.suspect ? Kind.RECOVERED : null, false, config);
    }

    /** It gave a sign of life, and perhaps something about it is new. */
    private Grant alive(Held held, @Nullable Kind change, boolean created, RegistryConfig config) {
        ledger.lives(held);
        if (change != null) {
            ledger.changed(held, change, config.log());
        }
        ledger.tell(ledger.entry(held));
        return ledger.grant(held, created);
    }

    Grant update(InstanceName name, Update update, @Nullable Long lease, Registrant by, RegistryConfig config) {
        var held = find(name, lease, by);
        var before = held.instance;
        var next = update.of(before, before.revision());
        var changes = !next.equals(before);
        if (changes) {
            Submission.checkSize(next.metadata(), config);
        }
        writes.take(by.name(), config.limits().writes());
        held.instance = update.of(before, ledger.stamps.next()); // what changes nothing here may do so on another node
        if (changes) {
            ledger.changed(held, Kind.UPDATED, config.log());
        }
        ledger.tell(ledger.entry(held));
        return ledger.grant(held, false);
    }

    /** Gives the index of the end. */
    long deregister(InstanceName name, @Nullable Long lease, Registrant by, RegistryConfig config) {
        var held = find(name, lease, by);
        writes.take(by.name(), config.limits().writes());
        var gone = Graves.of(held.instance);
        ledger.graves.bury(gone, ledger.now());
        ledger.removed(held, Kind.DEREGISTERED, config.log());
        ledger.tell(gone);
        return ledger.log.last();
    }

    private Held find(InstanceName name, @Nullable Long lease, Registrant by) {
        var held = ledger.shelf.find(name);
        if (held == null) {
            throw Refusals.unknown();
        }
        check(held, lease, by);
        return held;
    }

    private static void check(Held held, @Nullable Long lease, Registrant by) {
        if (!by.overrules() && !by.name().equals(held.instance.owner())) {
            throw Refusals.owned();
        }
        if (lease != null && lease != held.instance.lease()) {
            throw Refusals.fenced(held.instance.lease());
        }
    }
}
