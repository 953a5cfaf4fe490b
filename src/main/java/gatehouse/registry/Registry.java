package gatehouse.registry;

import gatehouse.config.RegistryConfig;
import gatehouse.config.Version;
import gatehouse.problem.ProblemException;
import gatehouse.registry.Change.Kind;
import gatehouse.registry.Shelf.Group;
import gatehouse.registry.Shelf.Held;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The instances that this node knows. A change takes a lock for some microseconds; who follows is nudged after it, and reads
 * for himself. Time passes only in {@link #sweep}. Thread-safe.
 */
public final class Registry {
    private final Ledger ledger;
    private final Expiry expiry;
    private final Merging merging;
    private final Allowance writes;
    private final Allowance renewals;
    private final Followers followers = new Followers();
    private final ReentrantLock lock = new ReentrantLock();
    private final AtomicLong modifications = new AtomicLong();
    private final String run;
    private volatile RegistryConfig config;
    private volatile AddressGuard guard = AddressGuard.STANDARD;
    private volatile Peers peers = Peers.NONE;

    /** An empty registry. */
    public Registry(RegistryConfig config, Clocks clocks) {
        this.config = config;
        ledger = new Ledger(clocks);
        run = Long.toString(ledger.log.last(), Character.MAX_RADIX);
        expiry = new Expiry(ledger);
        merging = new Merging(ledger);
        writes = new Allowance("changes", clocks.nanos());
        renewals = new Allowance("renewals", clocks.nanos());
    }

    /** Puts other settings in force. What was registered before stays, even where it could not be registered now. */
    public void adopt(RegistryConfig next, AddressGuard nextGuard) {
        config = next;
        guard = nextGuard;
        atOnce(() -> {
            ledger.dueAt(ledger.now());
            return true;
        });
    }

    /** The settings in force. */
    public RegistryConfig config() {
        return config;
    }

    /** Which addresses may be instances. */
    public AddressGuard guard() {
        return guard;
    }

    /** Says who is told of what is written here. */
    public void tell(Peers others) {
        peers = others;
    }

    /**
     * Registers an instance, or renews one that says what it said before.
     *
     * @throws gatehouse.problem.ProblemException where it may not
     */
    public Grant register(Registration wanted, Registrant by) {
        var refusal = guard.refusal(wanted.address().host(), wanted.address().port());
        return judged(() -> {
            if (refusal != null) {
                throw Refusals.field("address", "is " + refusal);
            }
            var known = ledger.shelf.find(wanted.name());
            if (known == null) {
                return add(wanted, by);
            }
            check(known, wanted.lease(), by);
            return wanted.isSameAs(known.instance) ? renew(known, by) : replace(known, wanted, by);
        });
    }

    private Grant add(Registration wanted, Registrant by) {
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
        return alive(added, Kind.REGISTERED, true);
    }

    private Grant replace(Held known, Registration wanted, Registrant by) {
        writes.take(by.name(), config.limits().writes());
        var stamp = ledger.stamps.next();
        var before = known.instance;
        var moved = !wanted.address().equals(before.address());
        known.instance = wanted.instance(before, moved ? stamp : before.lease(), stamp, by.name());
        return alive(known, known.suspect ? Kind.RECOVERED : Kind.UPDATED, false);
    }

    /**
     * Renews the lease of an instance.
     *
     * @param lease its fencing number, or null where the caller has none
     * @throws gatehouse.problem.ProblemException where it is not there, or not the caller's
     */
    public Grant renew(InstanceName name, @Nullable Long lease, Registrant by) {
        return judged(() -> renew(find(name, lease, by), by));
    }

    private Grant renew(Held held, Registrant by) {
        renewals.take(by.name(), config.limits().renewals());
        ledger.tally.renewed();
        return alive(held, held.suspect ? Kind.RECOVERED : null, false);
    }

    /** It gave a sign of life, and perhaps something about it is new. */
    private Grant alive(Held held, @Nullable Kind change, boolean created) {
        ledger.lives(held);
        if (change != null) {
            ledger.changed(held, change, config.log());
        }
        ledger.tell(ledger.entry(held));
        return ledger.grant(held, created);
    }

    /** Changes some of what is known of an instance; its lease runs on as it did. */
    public Grant update(InstanceName name, Update update, @Nullable Long lease, Registrant by) {
        return judged(() -> {
            var held = find(name, lease, by);
            var next = update.of(held.instance, held.instance.revision());
            if (!next.equals(held.instance)) {
                Submission.checkSize(next.metadata(), config);
                writes.take(by.name(), config.limits().writes());
                held.instance = update.of(held.instance, ledger.stamps.next());
                ledger.changed(held, Kind.UPDATED, config.log());
                ledger.tell(ledger.entry(held));
            }
            return ledger.grant(held, false);
        });
    }

    /** Takes an instance out; gives the index of that. */
    public long deregister(InstanceName name, @Nullable Long lease, Registrant by) {
        return judged(() -> {
            var held = find(name, lease, by);
            writes.take(by.name(), config.limits().writes());
            var gone = Graves.of(held.instance);
            ledger.graves.bury(gone, ledger.now());
            ledger.removed(held, Kind.DEREGISTERED, config.log());
            ledger.tell(gone);
            return ledger.log.last();
        });
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

    /**
     * Takes over what another node tells, or the last run of this one. May be told in any order and more than once.
     *
     * @return whether anything is other than before
     */
    public boolean merge(Entry told) {
        return atOnce(() -> merging.merge(told, config));
    }

    /** Does what time has brought: leases that ran out, instances that are gone. To be called some times a second. */
    public void sweep() {
        atOnce(() -> {
            expiry.sweep(config);
            return true;
        });
    }

    /** Tells this node's life from any other: an index means something within one only. */
    public String run() {
        return run;
    }

    /** Index of the last change. */
    public long index() {
        return atOnce(ledger.log::last);
    }

    /** Grows with all that a save would have to write. */
    public long modifications() {
        return modifications.get();
    }

    /** Does what somebody asked for, and counts it where that is refused. */
    private <T> T judged(Supplier<T> work) {
        return atOnce(() -> {
            try {
                return work.get();
            } catch (ProblemException e) {
                ledger.tally.refused(e.problem().name());
                throw e;
            }
        });
    }

    /** Counts, and sums of what is there. */
    public Totals totals() {
        return atOnce(() -> {
            var groups = ledger.shelf.groups();
            var suspect = groups.stream().mapToInt(Group::silent).sum();
            return new Totals(
                    groups.size(),
                    (int) groups.stream().filter(group -> group.isPreserved).count(),
                    ledger.shelf.size() - suspect,
                    suspect,
                    ledger.tally.changes(),
                    ledger.tally.renewals(),
                    ledger.tally.refusals());
        });
    }

    /** How many instances there are. */
    public int size() {
        return atOnce(ledger.shelf::size);
    }

    /** The instance of a name, or null. */
    public @Nullable Listing find(InstanceName name) {
        return atOnce(() -> {
                    var held = ledger.shelf.find(name);
                    return Optional.ofNullable(held == null ? null : ledger.listing(held));
                })
                .orElse(null);
    }

    /** The instances of a service, those registered first in front. */
    public List<Listing> list(ServiceName service) {
        return atOnce(() -> {
            var group = ledger.shelf.group(service);
            return group == null
                    ? List.of()
                    : group.all().stream().map(ledger::listing).toList();
        });
    }

    /** The instances of a domain, by service. */
    public List<Listing> list(String domain) {
        return atOnce(() -> ledger.shelf.groups().stream()
                .filter(group -> group.name().domain().equals(domain))
                .flatMap(group -> group.all().stream().map(ledger::listing))
                .toList());
    }

    /** The services of a domain, by name. */
    public List<Summary> services(String domain) {
        return atOnce(() -> ledger.shelf.groups().stream()
                .filter(group -> group.name().domain().equals(domain))
                .map(Registry::summary)
                .toList());
    }

    private static Summary summary(Group group) {
        var versions = new TreeSet<Version>();
        group.all().stream()
                .map(held -> held.instance.version())
                .filter(Objects::nonNull)
                .forEach(versions::add);
        var texts = versions.stream().map(Version::text).toList();
        return new Summary(group.name(), group.size(), group.silent(), texts, group.isPreserved);
    }

    /** Everything, as another node or the next run wants to be told; those too that went lately. */
    public List<Entry> entries() {
        return atOnce(() -> {
            var entries = new ArrayList<Entry>();
            ledger.shelf.groups().forEach(group -> group.all().forEach(held -> entries.add(ledger.entry(held))));
            entries.addAll(ledger.graves.entries(ledger.now()));
            return entries;
        });
    }

    /** All changes after an index; empty where some are not remembered, so that all has to be read anew. */
    public Optional<List<Change>> since(long index) {
        return atOnce(() -> Optional.ofNullable(ledger.log.since(index)));
    }

    /** Whether a service may have changed after an index. */
    public boolean mayHaveChanged(ServiceName service, long index) {
        return atOnce(() -> ledger.log.mayHaveChanged(service, index));
    }

    /** Calls {@code nudge} after each change, on the thread that made it; it must not wait. */
    public Following follow(Runnable nudge) {
        return followers.add(nudge);
    }

    /** Calls {@code nudge} after each change of a service. */
    public Following follow(ServiceName service, Runnable nudge) {
        return followers.add(service, nudge);
    }

    /** Does several things with nothing changed by others in between, and tells of all of it afterwards; must not wait. */
    public <T> T atOnce(Supplier<T> work) {
        lock.lock();
        var news = Ledger.News.NOTHING;
        try {
            return work.get();
        } finally {
            if (lock.getHoldCount() == 1) {
                news = ledger.news();
            }
            lock.unlock();
            if (!news.isEmpty()) {
                modifications.incrementAndGet();
                news.written().forEach(peers::wrote);
                followers.nudge(news.services());
            }
        }
    }
}
