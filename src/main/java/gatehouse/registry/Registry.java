package gatehouse.registry;

import gatehouse.config.RegistryConfig;
import gatehouse.config.Version;
import gatehouse.problem.ProblemException;
import gatehouse.registry.Shelf.Group;
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
    private final Reception reception;
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
        reception = new Reception(ledger, clocks);
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
            return reception.register(wanted, by, config);
        });
    }

    /**
     * Renews the lease of an instance.
     *
     * @param lease its fencing number, or null where the caller has none
     * @throws gatehouse.problem.ProblemException where it is not there, or not the caller's
     */
    public Grant renew(InstanceName name, @Nullable Long lease, Registrant by) {
        return judged(() -> reception.renew(name, lease, by, config));
    }

    /** Changes some of what is known of an instance; its lease runs on as it did. */
    public Grant update(InstanceName name, Update update, @Nullable Long lease, Registrant by) {
        return judged(() -> reception.update(name, update, lease, by, config));
    }

    /** Takes an instance out; gives the index of that. */
    public long deregister(InstanceName name, @Nullable Long lease, Registrant by) {
        return judged(() -> reception.deregister(name, lease, by, config));
    }

    /**
     * Takes over what another node tells, or the last run of this one. May be told in any order and more than once.
     *
     * @return whether anything is other than before
     */
    public boolean merge(Entry told) {
        if (told.gone()) {
            modifications.incrementAndGet(); // a grave is to be saved though nothing of it shows
        }
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
