package gatehouse.cache;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;

/**
 * Three nodes that regenerate one key through a lease record and a shared store, on one clock that is turned from event to event.
 * All that may go wrong does, at moments that a seed decides: nodes die, stand still and wake, words get lost, record and store do
 * not answer, fetches take long, fail, or bring something that is for one alone.
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

    private final Random random;
    private final Trouble trouble;
    private final PriorityQueue<Event> events = new PriorityQueue<>();
    private final List<Node> nodes = new ArrayList<>();
    private long now;
    private long sequence;

    private long leaseToken;
    private Node leaseOwner;
    private long leaseUntil;
    private long numbers = 1;
    private long stored;
    private long highest;
    private boolean storeIsDown;
    private boolean isPrivate;

    int fetches;
    int storing;
    final List<String> broken = new ArrayList<>();

    private record Event(long at, long sequence, Node node, int epoch, Runnable what) implements Comparable<Event> {
        @Override
        public int compareTo(Event other) {
            return at != other.at ? Long.compare(at, other.at) : Long.compare(sequence, other.sequence);
        }
    }

    /** One node with one request, or several that wait with it, which makes no difference here. */
    private final class Node {
        private final Regeneration machine;
        private final long began;
        private boolean dead;
        private long pausedUntil;
        private long pausedFor;
        private int epoch;
        private boolean answered;
        private boolean fetching;

        Node(long began) {
            this.began = began;
            machine =
                    new Regeneration(0, false, LEASE, began + DEADLINE, bound -> (long) (random.nextDouble() * bound));
        }

        void act(Regeneration.Step step) {
            switch (step) {
                case READ -> ask(() -> act(machine.read(stored)));
                case ACQUIRE -> ask(this::acquire);
                case WAIT -> {
                    epoch++;
                    after(machine.delayNanos(), this, () -> act(machine.woke()));
                }
                case FETCH -> fetch();
                case FETCH_ALONE -> fetch();
                case COMMIT -> ask(this::commit);
                case TAKE, SERVE, SERVE_STALE, FAIL -> answer(step);
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
                act(machine.denied(now));
                return;
            }
            leaseOwner = this;
            leaseUntil = now + LEASE;
            leaseToken = ++numbers;
            act(machine.acquired(leaseToken));
        }

        private void commit() {
            var token = machine.token();
            var wins = stored < token;
            if (wins) {
                if (token < highest) {
                    broken.add("generation " + token + " after " + highest);
                }
                stored = token;
                highest = token;
                storing++;
                nodes.forEach(other -> {
                    if (other != this && !(is(Trouble.LOSSES) && random.nextInt(3) == 0)) {
                        other.told();
                    }
                });
            }
            act(machine.committed(wins));
            if (leaseOwner == this && leaseToken == token) {
                leaseOwner = null;
            }
        }

        private void told() {
            if (!dead && !answered && !fetching && pausedUntil <= now) {
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
                    }
                });
            }
            after(takes, this, () -> {
                fetching = false;
                if (isPrivate) {
                    act(machine.fetchedForOne());
                } else if (is(Trouble.ALL) && random.nextInt(10) == 0) {
                    act(machine.failed());
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
            var latest = began + DEADLINE + 3200 * MS + pausedFor;
            if (now > latest) {
                broken.add("an answer after " + (now - began) / MS + " ms, with " + pausedFor / MS + " ms of pause");
            }
            if (leaseOwner == this && leaseToken == machine.token()) {
                leaseOwner = null;
            }
        }
    }

    Simulation(long seed, Trouble trouble) {
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
            var node = new Node(random.nextInt(20) * MS);
            nodes.add(node);
            after(node.began, node, () -> node.act(node.machine.begin()));
        }
        for (var node : nodes) {
            if (is(Trouble.KILLS) && random.nextInt(3) == 0) {
                after(random.nextInt(800) * MS, null, () -> node.dead = true);
            }
            if (is(Trouble.PAUSES) && random.nextInt(3) == 0) {
                after(random.nextInt(800) * MS, null, () -> {
                    var pause = random.nextInt(3000) * MS;
                    node.pausedUntil = now + pause;
                    node.pausedFor += pause;
                });
            }
        }
        for (var event = events.poll(); event != null && sequence < 100_000; event = events.poll()) {
            now = event.at();
            var node = event.node();
            if (node != null && node.pausedUntil > now) {
                events.add(new Event(node.pausedUntil, event.sequence(), node, 0, event.what()));
            } else if (node == null || (!node.dead && !node.answered)) {
                event.what().run();
            }
        }
        for (var node : nodes) {
            if (!node.dead && !node.answered) {
                broken.add("somebody waits for ever");
            }
        }
        return this;
    }
}
