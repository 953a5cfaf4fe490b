package gatehouse.registrar;

import gatehouse.registrar.Gossip.Answer;
import gatehouse.registrar.Gossip.Digest;
import gatehouse.registrar.Gossip.News;
import gatehouse.registrar.Gossip.Question;
import gatehouse.registry.Entry;
import gatehouse.registry.InstanceName;
import gatehouse.registry.Peers;
import gatehouse.registry.Registry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the registries of several nodes alike over a bus that loses things. What is written here is told to all at once, under a
 * number. Who misses a number, and everybody when a node comes or goes, asks the others for all they know. And every now and
 * then all compare sums of what they know, and ask for the part in which they differ (Demers et al., Epidemic Algorithms for
 * Replicated Database Maintenance, 1987). Confined to one thread, but for {@link #wrote}.
 */
final class Replication implements Peers {
    private static final Logger LOG = LoggerFactory.getLogger(Replication.class);

    /** Characters of a message, so that it stays well below a MiB. */
    private static final int FULL = 100_000;

    private final Registry registry;
    private final String self;
    private final Wire wire;
    private final LongSupplier nanos;
    private final long compareNanos;
    private final Map<String, Peer> peers = new HashMap<>();
    private final Map<InstanceName, Entry> untold = new LinkedHashMap<>();
    private Set<String> members = Set.of();
    private long number;
    private long nextDigest;
    private boolean hasComplained;

    /** What carries words to other nodes, or loses them. Never delivers within the call. */
    interface Wire {
        /** To all other nodes. */
        void toAll(Gossip said);

        /** To one. */
        void to(String node, Gossip said);
    }

    /**
     * @param self this node, as members name it
     * @param compare how often sums are compared
     */
    Replication(Registry registry, String self, Wire wire, LongSupplier nanos, Duration compare) {
        this.registry = registry;
        this.self = self;
        this.wire = wire;
        this.nanos = nanos;
        compareNanos = compare.toNanos();
        nextDigest = nanos.getAsLong();
    }

    /** Told with the next {@link #flush}, the latest of each instance. */
    @Override
    public void wrote(Entry entry) {
        synchronized (untold) {
            untold.put(entry.instance().name(), entry);
        }
    }

    /** Tells others what was written here. */
    void flush() {
        List<Entry> written;
        synchronized (untold) {
            written = List.copyOf(untold.values());
            untold.clear();
        }
        for (var page : pages(written)) {
            number++;
            wire.toAll(new News(self, number, page));
        }
    }

    /** Members came or went: who is left may know what only they knew. */
    void members(Set<String> present) {
        if (present.equals(members)) {
            return;
        }
        members = Set.copyOf(present);
        peers.keySet().retainAll(members);
        peers.values().forEach(Peer::mayHaveMissed);
        wire.toAll(digest(true));
    }

    /** To be called some times a second. */
    void tick() {
        var now = nanos.getAsLong();
        if (now - nextDigest >= 0) {
            nextDigest = now + compareNanos;
            wire.toAll(digest(false));
        }
        peers.forEach((node, peer) -> ask(node, peer, now));
    }

    /** Whether all members were heard of, and have told all they know. */
    boolean isCaughtUp() {
        return members.stream().filter(member -> !member.equals(self)).allMatch(member -> {
            var peer = peers.get(member);
            return peer != null && peer.hasToldAll();
        });
    }

    /** Another node says something. */
    void heard(Gossip said) {
        if (said.from().equals(self)) {
            return;
        }
        if (said instanceof News news) {
            merge(news.entries());
            peer(news.from()).heardOfNews(news.number(), true);
        } else if (said instanceof Digest digest) {
            compare(digest);
        } else if (said instanceof Question question) {
            answer(question);
        } else if (said instanceof Answer answer) {
            merge(answer.entries());
            peer(answer.from()).gotPart(answer.id(), answer.part(), answer.parts(), nanos.getAsLong());
        }
    }

    private Peer peer(String node) {
        return peers.computeIfAbsent(node, unknown -> new Peer());
    }

    private Digest digest(boolean hello) {
        return new Digest(self, number, hello, Sums.of(registry.entries()));
    }

    private void compare(Digest theirs) {
        var mine = digest(false);
        if (theirs.hello()) {
            wire.to(theirs.from(), mine);
        }
        var peer = peer(theirs.from());
        peer.heardOfNews(theirs.number(), false);
        for (var bucket = 0; bucket < Math.min(theirs.sums().size(), Sums.BUCKETS); bucket++) {
            if (!theirs.sums().get(bucket).equals(mine.sums().get(bucket))) {
                peer.differsIn(bucket);
            }
        }
        ask(theirs.from(), peer, nanos.getAsLong());
    }

    private void ask(String node, Peer peer, long now) {
        if (peer.mayBeAsked(now)) {
            wire.to(node, new Question(self, peer.ask(now), peer.asked()));
        }
    }

    private void answer(Question question) {
        var wanted = Set.copyOf(question.buckets());
        var entries = registry.entries().stream()
                .filter(entry -> wanted.isEmpty() || wanted.contains(Sums.bucket(entry.instance())))
                .toList();
        var pages = pages(entries);
        if (pages.isEmpty()) {
            pages = List.of(List.of());
        }
        for (var part = 0; part < pages.size(); part++) {
            wire.to(question.from(), new Answer(self, question.id(), part, pages.size(), pages.get(part)));
        }
    }

    private static List<List<Map<String, Object>>> pages(List<Entry> entries) {
        var pages = new ArrayList<List<Map<String, Object>>>();
        var left = 0;
        for (var entry : entries) {
            if (left <= 0) {
                pages.add(new ArrayList<>());
                left = FULL;
            }
            pages.get(pages.size() - 1).add(entry.toFields());
            left -= weight(entry);
        }
        return pages;
    }

    /** About how many characters it will have. */
    private static int weight(Entry entry) {
        var weight = 500;
        for (var pair : entry.instance().metadata().entrySet()) {
            weight += pair.getKey().length() + pair.getValue().length() + 6;
        }
        return weight;
    }

    private void merge(List<Map<String, Object>> told) {
        try {
            var entries = told.stream().map(Entry::of).toList();
            registry.atOnce(() -> entries.stream().filter(registry::merge).count());
        } catch (IllegalArgumentException | ArithmeticException e) {
            if (!hasComplained) {
                LOG.warn("registry: dropped what another node told, as it can't be understood: {}", e.getMessage());
            }
            hasComplained = true;
        }
    }
}
