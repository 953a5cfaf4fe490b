package gatehouse;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.Trio.Answer;
import gatehouse.testing.TestGateway;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Three nodes, many clients that want the same at one time, and what becomes of them when the node that fetches dies, stands still or is
 * stopped. {@code make stampede} plays it with large numbers. What costs nodes comes last.
 */
@DisplayNameGeneration(ReplaceUnderscores.class)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class StampedeIT {
    private static final int CLIENTS = Integer.getInteger("stampede.clients", 20);
    private static final int TRIALS = Integer.getInteger("stampede.trials", 3);
    private static final int DEATHS = Integer.getInteger("stampede.deaths", 1);
    private static final int SLEEPS = Integer.getInteger("stampede.sleeps", 1);
    private static final int STOPS = Integer.getInteger("stampede.stops", 1);

    /** How many leases long a node sleeps; more than one. */
    private static final int LEASES = Integer.getInteger("stampede.leases", 2);

    private static final int PATIENCE = Integer.getInteger("stampede.patience", 200);

    /** A member of the cluster that keeps the record and is silent is asked three times, and waited for up to five times its patience. */
    private static final Duration UNHEARD = Duration.ofMillis(3 * (5 * PATIENCE + 200));

    /** What a machine with other work on it may add. */
    private static final Duration BUSY = Duration.ofSeconds(1);

    private static final Map<String, Trio> TRIOS = new HashMap<>();

    @TempDir
    static Path home;

    private final Random random = new Random();
    private final Map<Integer, Integer> counts = new TreeMap<>();
    private final List<Long> waits = new ArrayList<>();
    private int beyond;

    static List<String> stores() {
        return List.of(System.getProperty("stampede.stores", "cluster,redis").split(",", -1));
    }

    private static Trio trio(String store) throws Exception {
        var trio = TRIOS.get(store);
        if (trio == null) {
            trio = new Trio(home, store, PATIENCE + "ms");
            TRIOS.put(store, trio);
        }
        trio.complete();
        return trio;
    }

    @AfterAll
    static void close() throws Exception {
        for (var trio : TRIOS.values()) {
            trio.close();
        }
    }

    private static void within(Duration time, BooleanSupplier state) {
        var end = System.nanoTime() + time.toNanos();
        while (!state.getAsBoolean()) {
            assertThat(System.nanoTime()).as("it does not come about").isLessThan(end);
            LockSupport.parkNanos(500_000);
        }
    }

    private static void pause(long nanos) {
        var end = System.nanoTime() + nanos;
        for (var left = nanos; left > 0; left = end - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }

    /** All were answered; how long they waited counts. */
    private void served(List<Answer> answers, Duration bound) {
        assertThat(answers).allMatch(answer -> answer.status() == 200);
        for (var answer : answers) {
            waits.add(answer.nanos());
            beyond += answer.nanos() > bound.toNanos() ? 1 : 0;
        }
        assertThat(answers)
                .allMatch(answer -> answer.nanos() <= bound.plus(BUSY).toNanos());
    }

    /** Until the lease that there is has ended, and another one has fetched, counted from the first request. */
    private static Duration bound(Trio trio, long began) throws Exception {
        return Duration.ofNanos(System.nanoTime() - began)
                .plus(trio.lease())
                .plus(Trio.FETCH)
                .plusMillis(250);
    }

    private void tell(String what, String store) {
        var most = waits.stream().mapToLong(each -> each).max().orElse(0);
        System.out.println("stampede " + what + ", " + store + ", " + Trio.NODES + " x " + CLIENTS
                + " clients: trials by number of fetches " + counts + ", longest wait "
                + TimeUnit.NANOSECONDS.toMillis(most) + " ms, longer than lease + fetch + 250 ms " + beyond + " of "
                + waits.size());
    }

    @ParameterizedTest
    @MethodSource("stores")
    @Order(1)
    void of_clients_on_three_nodes_one_asks_the_service(String store) throws Exception {
        var trio = trio(store);
        for (var trial = 0; trial < TRIALS; trial++) {
            var burst = trio.burst(trio.next(), CLIENTS);
            var texts = new ArrayList<String>();
            for (var node : trio.nodes()) {
                served(burst.of(node), Trio.LEASE);
                burst.of(node).forEach(answer -> texts.add(answer.text()));
            }
            counts.merge(trio.fetches(burst.path()), 1, Integer::sum);
            assertThat(texts.stream().distinct()).hasSize(trio.fetches(burst.path()));
        }
        tell("of a cold key", store);
        assertThat(counts).isEqualTo(Map.of(1, TRIALS));
    }

    @ParameterizedTest
    @MethodSource("stores")
    @Order(2)
    void when_the_one_who_fetches_sleeps_another_one_does_and_what_comes_late_is_not_stored(String store)
            throws Exception {
        var trio = trio(store);
        var unheard = 0;
        var tooLate = 0;
        for (var trial = 0; trial < SLEEPS; trial++) {
            var silences = trio.silences();
            var began = System.nanoTime();
            var burst = trio.burst(trio.next(), CLIENTS);
            within(Duration.ofSeconds(10), () -> trio.fetches(burst.path()) > 0);
            var holder = trio.holder(burst.path());
            if (!trio.stop(holder, burst.path())) {
                holder.process().signal("CONT");
                burst.awaitAll();
                assertThat(++tooLate)
                        .as("trials in which this machine was too slow")
                        .isLessThan(10 + SLEEPS);
                trial--;
                continue;
            }
            var lease = trio.lease();
            var bound = bound(trio, began);
            var slept = System.nanoTime();
            var newest = "";
            for (var node : trio.nodes()) {
                if (node != holder) {
                    served(burst.of(node), trio.isCluster() ? bound.plus(UNHEARD) : bound);
                    newest = burst.of(node).get(0).text();
                }
            }
            pause(lease.multipliedBy(LEASES).toNanos() - (System.nanoTime() - slept));
            holder.process().signal("CONT");
            if (trio.silences() == silences) {
                var own = burst.of(holder).stream().map(Answer::text).distinct().toList();
                var expected = newest;
                assertThat(own)
                        .as("%s slept; %s", holder.name(), trio.trace(burst.path()))
                        .hasSize(1) // of a cluster it may be no member any more, and has to join before it can look
                        .allMatch(text -> trio.isCluster() ? text.startsWith("answer ") : text.equals(expected));
                for (var node : trio.nodes()) {
                    var later = TestGateway.await(trio.get(node, burst.path()));
                    assertThat(later.text())
                            .as(
                                    "on %s, where %s slept: %s; %s",
                                    node.name(), holder.name(), later, trio.trace(burst.path()))
                            .isEqualTo(newest);
                }
                assertThat(trio.fetches(burst.path())).isLessThanOrEqualTo(2);
                assertThat(trio.metric(holder, "gatehouse_cache_refused_total")).isPositive();
            } else {
                unheard++;
                assertThat(burst.of(holder)).allMatch(answer -> answer.status() == 200);
                // those who did not hear it have met elsewhere
                assertThat(trio.fetches(burst.path()))
                        .as("%s slept and kept the record; %s", holder.name(), trio.trace(burst.path()))
                        .isLessThanOrEqualTo(2);
            }
            counts.merge(trio.fetches(burst.path()), 1, Integer::sum);
            if (trio.silences() > silences && trial < SLEEPS - 1) {
                pause(TimeUnit.SECONDS.toNanos(6)); // until all share again
            }
        }
        tell("and sleep, " + unheard + " times of who keeps the record", store);
        assertThat(trio.isCluster() || unheard == 0).isTrue();
    }

    @ParameterizedTest
    @MethodSource("stores")
    @Order(3)
    void when_the_one_who_fetches_is_stopped_in_order_it_finishes(String store) throws Exception {
        for (var trial = 0; trial < STOPS; trial++) {
            var trio = trio(store);
            var began = System.nanoTime();
            var burst = trio.burst(trio.next(), CLIENTS);
            within(Duration.ofSeconds(10), () -> trio.fetches(burst.path()) > 0);
            var holder = trio.holder(burst.path());
            var bound = bound(trio, began);
            holder.process().signal("TERM");
            for (var node : trio.nodes()) {
                served(burst.of(node), bound);
            }
            counts.merge(trio.fetches(burst.path()), 1, Integer::sum);
            assertThat(holder.process().exitCode()).isZero();
            trio.nodes().remove(holder);
        }
        tell("and stop in order", store);
        assertThat(counts.keySet()).allMatch(count -> count <= 2);
    }

    @ParameterizedTest
    @MethodSource("stores")
    @Order(4)
    void when_the_one_who_fetches_is_killed_another_one_does(String store) throws Exception {
        for (var trial = 0; trial < DEATHS; trial++) {
            var trio = trio(store);
            var began = System.nanoTime();
            var burst = trio.burst(trio.next(), CLIENTS);
            within(Duration.ofSeconds(10), () -> trio.fetches(burst.path()) > 0);
            var holder = trio.holder(burst.path());
            pause(random.nextInt((int) Trio.FETCH.toMillis() + 50) * 1_000_000L);
            var bound = bound(trio, began);
            holder.process().close();
            for (var node : trio.nodes()) {
                if (node != holder) {
                    served(burst.of(node), trio.isCluster() ? bound.plus(UNHEARD) : bound);
                }
            }
            counts.merge(trio.fetches(burst.path()), 1, Integer::sum);
            trio.nodes().remove(holder);
        }
        tell("and death", store);
        assertThat(counts.keySet()).allMatch(count -> count <= 2);
    }
}
