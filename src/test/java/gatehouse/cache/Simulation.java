package gatehouse.cache;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;

/**
 * Three nodes that regenerate one key again and again through a lease record and a shared store, on one clock that is turned from
 * event to event. What is stored is fresh for about as long as a fetch takes, so that all that they do meets all else. All that may go
 * wrong does, most of it while a node has the lease: nodes die, stand still and wake, words get lost, record and store do not
 * answer, fetches take long, fail, or bring something that is for one alone.
 */
final class Simulation {
    private static final long MS = Duration.ofMillis(1).toNanos();
    private static final long LEASE = 1000 * MS;
    private static final long DEADLINE = 4000 * MS;

    /** What may go wrong. */
    enum Trouble {
        NONE,
        KILLS,
        PAUSES,
        LOSSES,
        ALL
    }

    /** What may be wrong with the protocol: the simulation must find it. */
    enum Mutation {
        NONE,
        NO_FENCE,
        RELEASE_WHOEVER_HAS_IT,
        NO_SECOND_LOOK,
        NUMBERS_REPEAT,
        STORE_WHAT_IS_FOR_ONE_ALONE
    }

    private static final int REQUESTS = 5;

    private final Random random;
    private final Mutation mutation;
    private final Trouble trouble;
    private final PriorityQueue<Event> events = new PriorityQueue<>();
    private final List<Node> nodes = new ArrayList<>();
    private final List<Host> hosts = new ArrayList<>();
    private final List<Given> given = new ArrayList<>();
    private long now;
    private long sequence;

    private long leaseToken;
    private Node leaseOwner;
    private long leaseUntil;
    private long numbers = 1;
    private long stored;
    private long freshUntil;
    private int fetching;
    private long highest;
    private boolean storeIsDown;
    private boolean isPrivate;

    int fetches;
    int storing;
    int late;
    int deaths;
    int pauses;
    final List<String> broken = new ArrayList<>();

    private record Event(long at, long sequence, Node node, int epoch, Runnable what) implements Comparable<Event> {
        @Override
        public int compareTo(Event other) {
            return at != other.at ? Long.compare(at, other.at) : Long.compare(sequence, other.sequence);
        }
    }

    /** A lease as it was given, whatever the record says. */
    private static final class Given {
        private final Node owner;
        private final long token;
        private long until;

        Given(Node owner, long token, long until) {
            this.owner = owner;
            this.token = token;
            this.until = until;
        }
    }

    /** One process. */
    private static final class Host {
        private boolean dead;
        private long pausedUntil;
        private long pausedFor;
        private int left = REQUESTS;
    }

    /** One request on a node, or several that wait with it, which makes no difference here. */
    private final class Node {
        private final Regeneration machine;
        private final Host host;
        private final long began;
        private final long pausedBefore;
        private int epoch;
        private boolean answered;
        private boolean fetching;

        Node(Host host, long began) {
            this.host = host;
            this.began = began;
            pausedBefore = host.pausedFor;
            machine = new Regeneration(false, began + DEADLINE, bound -> (long) (random.nextDouble() * bound));
        }

        void act(Regeneration.Step step) {
            switch (step) {
                case READ -> ask(() -> act(machine.read(now < freshUntil)));
                case ACQUIRE -> ask(this::acquire);
                case WAIT -> {
                    epoch++;
                    after(machine.delayNanos(), this, () -> act(machine.woke()));
                }
                case FETCH -> fetch();
                case FETCH_ALONE -> fetch();
                case COMMIT -> ask(this::commit);
                case TAKE, SERVE, SERVE_STALE -> answer(step);
            }
        }

        /** A question to record or store, which may get lost. */
        private void ask(Runnable question) {
            epoch++;
            if (storeIsDown || (is(Trouble.LOSSES) && random.nextInt(20) == 0)) {
                after(50 * MS, this, () -> act(machine.storeFailed(now)));
            } else {
                after(1 + random.nextInt(5) * MS, this, question);
            }
        }

        private void acquire() {
            if (leaseOwner != null && leaseUntil > now) {
                act(machine.denied(now, leaseToken, leaseUntil - now));
                return;
            }
            given.removeIf(lease -> lease.until <= now || lease.owner == this);
            if (!given.isEmpty()) {
                broken.add("two leases at one time");
            }
            leaseOwner = this;
            leaseUntil = now + LEASE;
            leaseToken = mutation == Mutation.NUMBERS_REPEAT && numbers > 2 ? numbers : ++numbers;
            given.add(new Given(this, leaseToken, leaseUntil));
            trouble();
            var next = machine.acquired(leaseToken);
            act(mutation == Mutation.NO_SECOND_LOOK ? machine.read(false) : next);
        }

        /** It comes when it does most harm. */
        private void trouble() {
            if (is(Trouble.KILLS) && random.nextInt(8) == 0) {
                after(random.nextInt(500) * MS, null, () -> {
                    deaths += host.dead ? 0 : 1;
                    host.dead = true;
                });
            }
            if (is(Trouble.PAUSES) && random.nextInt(3) == 0) {
                after(random.nextInt(500) * MS, null, () -> {
                    var pause = random.nextInt(3000) * MS;
                    pauses++;
                    host.pausedUntil = now + pause;
                    host.pausedFor += pause;
                });
            }
        }

        private void release() {
            if (mutation == Mutation.RELEASE_WHOEVER_HAS_IT || (leaseOwner == this && leaseToken == machine.token())) {
                leaseOwner = null;
            }
            given.removeIf(lease -> lease.owner == this);
        }

        private void commit() {
            var token = machine.token();
            var wins = stored < token || mutation == Mutation.NO_FENCE;
            if (wins) {
                if (token < highest) {
                    broken.add("generation " + token + " after " + highest);
                }
                stored = token;
                freshUntil = now + (50 + random.nextInt(400)) * MS;
                highest = token;
                storing++;
                nodes.forEach(other -> {
                    if (other != this && !(is(Trouble.LOSSES) && random.nextInt(3) == 0)) {
                        other.told();
                    }
                });
            }
            if (!wins) {
                late++;
                if (trouble == Trouble.NONE) {
                    broken.add("what was fetched in time was refused");
                }
            }
            release();
            act(machine.committed(wins));
        }

        private void told() {
            if (!host.dead && !answered && !fetching && host.pausedUntil <= now) {
                var before = epoch;
                after(MS, this, () -> {
                    if (epoch == before) {
                        var next = machine.woke();
                        if (next == Regeneration.Step.READ) {
                            act(next);
                        }
                    }
                });
            }
        }

        private void fetch() {
            fetches++;
            if (trouble == Trouble.NONE) {
                if (now < freshUntil) {
                    broken.add("a fetch of what is fresh");
                }
                if (Simulation.this.fetching > 0) {
                    broken.add("two fetches at one time");
                }
            }
            Simulation.this.fetching++;
            fetching = true;
            epoch++;
            var takes = is(Trouble.ALL) && random.nextInt(5) == 0 ? 3000 * MS : (100 + random.nextInt(300)) * MS;
            for (var at = LEASE / 3; at < takes; at += LEASE / 3) {
                after(at, this, () -> {
                    if (leaseOwner == this
                            && leaseToken == machine.token()
                            && leaseUntil > now
                            && machine.mayExtend()) {
                        leaseUntil = now + LEASE;
                        given.stream().filter(lease -> lease.owner == this).forEach(lease -> lease.until = leaseUntil);
                    }
                });
            }
            after(takes, this, () -> {
                fetching = false;
                Simulation.this.fetching--;
                if (isPrivate && mutation != Mutation.STORE_WHAT_IS_FOR_ONE_ALONE) {
                    answer(Regeneration.Step.SERVE);
                } else if (is(Trouble.ALL) && random.nextInt(10) == 0) {
                    answer(Regeneration.Step.SERVE); // that it has failed
                } else {
                    act(machine.fetched());
                }
            });
        }

        private void answer(Regeneration.Step how) {
            if (how == Regeneration.Step.TAKE && isPrivate) {
                broken.add("somebody got what was for one alone");
            }
            answered = true;
            // a fetch at the very end of the wait may take its time
            var pausedFor = host.pausedFor - pausedBefore;
            var latest = began + DEADLINE + 3200 * MS + pausedFor;
            if (now > latest) {
                broken.add("an answer after " + (now - began) / MS + " ms, with " + pausedFor / MS + " ms of pause");
            }
            if (machine.token() > 0) {
                release();
            }
            if (host.left-- > 0) {
                request(host, random.nextInt(200) * MS);
            }
        }
    }

    private void request(Host host, long later) {
        var node = new Node(host, now + later);
        nodes.add(node);
        after(later, node, () -> node.act(node.machine.begin()));
    }

    Simulation(long seed, Trouble trouble) {
        this(seed, trouble, Mutation.NONE);
    }

    Simulation(long seed, Trouble trouble, Mutation mutation) {
        this.mutation = mutation;
        this.random = new Random(seed);
        this.trouble = trouble;
    }

    private boolean is(Trouble asked) {
        return trouble == asked || trouble == Trouble.ALL;
    }

    private void after(long delay, Node node, Runnable what) {
        events.add(new Event(now + delay, sequence++, node, 0, what));
    }

    /** Plays it through to the end. */
    Simulation run() {
        isPrivate = is(Trouble.ALL) && random.nextInt(10) == 0;
        storeIsDown = is(Trouble.LOSSES) && random.nextInt(10) == 0;
        for (var i = 0; i < 3; i++) {
            var host = new Host();
            hosts.add(host);
            request(host, random.nextInt(20) * MS);
        }
        for (var event = events.poll(); event != null && sequence < 100_000; event = events.poll()) {
            now = event.at();
            var node = event.node();
            if (node != null && node.host.pausedUntil > now) {
                events.add(new Event(node.host.pausedUntil, event.sequence(), node, 0, event.what()));
            } else if (node == null || (!node.host.dead && !node.answered)) {
                event.what().run();
            }
        }
        for (var node : nodes) {
            if (!node.host.dead && !node.answered) {
                broken.add("somebody waits for ever");
            }
        }
        return this;
    }
}
