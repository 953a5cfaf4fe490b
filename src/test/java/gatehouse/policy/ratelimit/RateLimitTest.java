package gatehouse.policy.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import gatehouse.config.Rate;
import gatehouse.policy.KeyTable;
import gatehouse.testing.Answers;
import gatehouse.testing.OriginCase;
import gatehouse.testing.RawOrigin;
import gatehouse.testing.TestGateway;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code rateLimit} lets through, by the clock and over the wire. */
class RateLimitTest extends OriginCase {
    private final AtomicLong clock = new AtomicLong();

    @Override
    protected TestGateway before(RawOrigin origin) throws Exception {
        return TestGateway.start("""
                listeners: { web: { listen: "127.0.0.1:0", trustedProxies: 127.0.0.1 } }
                services: { origin: { targets: "%s" } }
                routes:
                  ip:     { match: { path: "/ip" }, to: origin, rateLimit: { rate: 2/h } }
                  team:   { match: { path: "/team" }, to: origin, rateLimit: { rate: 1/h, by: "header:X-Team" } }
                  route:  { match: { path: "/route" }, to: origin, rateLimit: { rate: 60/m, burst: 3, by: route } }
                  who:    { match: { path: "/who" }, to: origin, rateLimit: { rate: 1/h, by: consumer } }
                  quiet:  { match: { path: "/quiet" }, to: origin, rateLimit: { rate: 1/h, by: route, fields: false } }
                  two:    { match: { path: "/two" }, to: origin, rateLimit: { rate: 2/h, also: [ { rate: 60/m, burst: 3, by: route } ] } }
                  three:  { match: { path: "/three" }, to: origin, rateLimit: { rate: 3/h, by: route, also: [ 3/h, { rate: 1/h, by: "header:X-Team" } ] } }
                """, origin.url());
    }

    @Override
    protected RawOrigin.Script usually() {
        return Answers.status("200 OK", "fine", "RateLimit: of the service");
    }

    @BeforeEach
    void the_clock_is_about_to_run_over_as_nanoTime_may() {
        clock.set(Long.MAX_VALUE - 5);
    }

    private NodeMeter meter(String rate, long burst, int callers) {
        return new NodeMeter(Limit.of(Rate.parse(rate), burst, callers), clock::get);
    }

    private void pass(Duration time) {
        clock.addAndGet(time.toNanos());
    }

    private static int admitted(Meter meter, long caller, int tries) {
        return (int) IntStream.range(0, tries)
                .filter(each -> meter.spend(caller) > 0)
                .count();
    }

    @ParameterizedTest(name = "{0} with a burst of {1}: at once {2}, after {3} {4} more")
    @CsvSource({
        "10/s, 10, 10, PT0.1S, 1",
        "10/s, 10, 10, PT0.09S, 0",
        "10/s, 10, 10, PT10S, 10",
        "10/s, 1, 1, PT0.35S, 1",
        "100/s, 50, 50, PT0.2S, 20",
        "60/m, 5, 5, PT3S, 3",
        "1/d, 2, 2, P1D, 1",
        "999999999/s, 5, 5, PT0.000000003S, 3"
    })
    void a_burst_passes_at_once_and_then_the_rate(String rate, long burst, int atOnce, Duration later, int more) {
        var meter = meter(rate, burst, 64);
        assertThat(admitted(meter, 7, 200)).isEqualTo(atOnce);
        pass(later);
        assertThat(admitted(meter, 7, 200)).isEqualTo(more);
    }

    @Test
    void over_a_long_time_no_more_than_the_rate_and_one_burst_passes() {
        var meter = meter("10/s", 5, 64);
        var passed = 0;
        for (var i = 0; i < 10_000; i++) { // 100 s of a caller that asks each 10 ms
            passed += admitted(meter, 1, 1);
            pass(Duration.ofMillis(10));
        }
        assertThat(passed).isBetween(1_000, 1_005);
    }

    @Test
    void a_refusal_costs_nothing_and_says_how_long_to_wait() {
        var meter = meter("10/s", 1, 64);
        assertThat(meter.spend(1)).isEqualTo(Duration.ofMillis(100).toNanos());
        for (var i = 0; i < 100; i++) {
            assertThat(meter.spend(1)).isEqualTo(-Duration.ofMillis(100).toNanos());
        }
        pass(Duration.ofMillis(100));
        assertThat(meter.spend(1)).isPositive();
    }

    @Test
    void callers_are_told_apart_and_the_table_is_bounded() {
        var table = new KeyTable(4096);
        assertThat(table.size()).isEqualTo(KeyTable.FIRST);
        for (var caller = 0; caller < 600; caller++) {
            assertThat(table.add(spread(caller), 1, 100, 100)).isPositive();
        }
        for (var caller = 0; caller < 600; caller++) {
            assertThat(table.add(spread(caller), 1, 100, 100)).isNegative();
        }
        for (var caller = 0; caller < 100_000; caller++) {
            table.add(spread(caller), 1, 100, 100);
        }
        assertThat(table.size()).isEqualTo(4096);
    }

    private static long spread(long caller) {
        return (caller + 1) * 0x9E3779B97F4A7C15L;
    }

    @Test
    void who_has_used_up_the_limit_is_not_forgotten_for_a_flood_of_others() {
        var meter = meter("1/s", 10, 64);
        assertThat(admitted(meter, 42, 20)).isEqualTo(10);
        for (var other = 0; other < 100_000; other++) {
            meter.spend(spread(other)); // each once: less in debt than the one above
        }
        assertThat(admitted(meter, 42, 20)).isZero();
        pass(Duration.ofSeconds(2));
        assertThat(admitted(meter, 42, 20)).isEqualTo(2);
    }

    @Test
    void places_of_who_has_not_called_for_long_are_used_again_before_the_table_grows() {
        var table = new KeyTable(65_536);
        for (var round = 1; round <= 1_000; round++) {
            for (var caller = 0; caller < 16; caller++) {
                table.add(spread(round * 16L + caller), round * 1_000L, 100, 100);
            }
        }
        assertThat(table.size()).isLessThanOrEqualTo(256);
    }

    @Test
    void threads_that_call_for_the_same_let_through_no_more_than_the_limit() throws Exception {
        var meter = meter("1/h", 1_000, 64);
        var passed = new AtomicInteger();
        var threads = new Thread[4];
        for (var i = 0; i < threads.length; i++) {
            threads[i] = new Thread(() -> passed.addAndGet(admitted(meter, 5, 2_000)));
            threads[i].start();
        }
        for (var thread : threads) {
            thread.join(10_000);
        }
        // one that finds another at the same word four times in a row goes uncounted
        assertThat(passed.get()).isBetween(1_000, 1_100);
    }

    @Test
    void over_the_limit_it_is_429_with_the_fields_that_say_when_to_come_back_RFC_6585_4() throws IOException {
        var first = get("/ip", "X-Forwarded-For: 192.0.2.1");
        assertThat(first.all("RateLimit-Policy")).containsExactly("\"ip\";q=2;w=3600");
        assertThat(first.all("RateLimit")).containsExactly("\"ip\";r=1;t=1800");
        assertThat(get("/ip", "X-Forwarded-For: 192.0.2.1").header("RateLimit")).isEqualTo("\"ip\";r=0;t=3600");
        var before = origin.requests().size();
        var refused = get("/ip", "X-Forwarded-For: 192.0.2.1");
        assertThat(refused.status()).isEqualTo(429);
        assertThat(refused.header("Content-Type")).isEqualTo("application/problem+json");
        assertThat(refused.text()).contains("urn:gatehouse:problem:too-many-requests");
        assertThat(refused.header("Retry-After")).isEqualTo("1800");
        assertThat(refused.header("RateLimit-Policy")).isEqualTo("\"ip\";q=2;w=3600");
        assertThat(refused.header("RateLimit")).isEqualTo("\"ip\";r=0;t=1800");
        assertThat(origin.requests()).hasSize(before);
    }

    @ParameterizedTest(name = "{0} and {1} together: {2}")
    @CsvSource({
        "198.51.100.1, 198.51.100.2, false",
        "2001:db8:1:1::1, 2001:db8:1:1:ffff::9, true",
        "2001:db8:2:1::1, 2001:db8:2:2::1, false",
        "198.51.100.9, ::ffff:198.51.100.9, true"
    })
    void addresses_of_one_site_count_together(String one, String other, boolean together) throws IOException {
        get("/ip", "X-Forwarded-For: " + one);
        get("/ip", "X-Forwarded-For: " + one);
        assertThat(get("/ip", "X-Forwarded-For: " + other).status()).isEqualTo(together ? 429 : 200);
    }

    @Test
    void a_limit_by_header_counts_each_value() throws IOException {
        assertThat(get("/team", "X-Team: a").status()).isEqualTo(200);
        assertThat(get("/team", "x-team: b").status()).isEqualTo(200);
        assertThat(get("/team", "X-Team: a").status()).isEqualTo(429);
        // none: told apart by address
        assertThat(get("/team").status()).isEqualTo(200);
        assertThat(get("/team").status()).isEqualTo(429);
        assertThat(get("/team", "X-Forwarded-For: 192.0.2.77").status()).isEqualTo(200);
    }

    @Test
    void a_limit_for_consumers_bounds_who_is_nobody_by_address() throws IOException {
        assertThat(get("/who", "X-Forwarded-For: 192.0.2.5").status()).isEqualTo(200);
        assertThat(get("/who", "X-Forwarded-For: 192.0.2.5").status()).isEqualTo(429);
        assertThat(get("/who", "X-Forwarded-For: 192.0.2.6").status()).isEqualTo(200);
    }

    @Test
    void a_limit_for_the_route_counts_all_and_a_reload_forgets_nothing() throws Exception {
        for (var i = 0; i < 3; i++) {
            assertThat(get("/route", "X-Forwarded-For: 192.0.2." + i).status()).isEqualTo(200);
        }
        assertThat(get("/route").status()).isEqualTo(429);
        assertThat(get("/quiet").header("RateLimit")).isEqualTo("of the service");
        assertThat(get("/quiet").header("RateLimit")).isEqualTo("\"route\";r=0;t=3600");
    }

    @Test
    void several_limits_hold_together_and_the_one_nearest_to_its_end_is_told() throws IOException {
        assertThat(get("/two", "X-Forwarded-For: 192.0.2.1").header("RateLimit"))
                .isEqualTo("\"ip\";r=1;t=1800");
        var second = get("/two", "X-Forwarded-For: 192.0.2.1");
        assertThat(second.header("RateLimit")).isEqualTo("\"ip\";r=0;t=3600");
        assertThat(second.header("RateLimit-Policy")).isEqualTo("\"ip\";q=2;w=3600");
        assertThat(get("/two", "X-Forwarded-For: 192.0.2.1").header("Retry-After"))
                .isEqualTo("1800");
        var other = get("/two", "X-Forwarded-For: 192.0.2.2");
        assertThat(other.header("RateLimit")).startsWith("\"route\";r=0;");
        assertThat(other.header("RateLimit-Policy")).isEqualTo("\"route\";q=3;w=3");
        var refused = get("/two", "X-Forwarded-For: 192.0.2.3");
        assertThat(refused.status()).isEqualTo(429);
        assertThat(refused.header("RateLimit-Policy")).isEqualTo("\"route\";q=3;w=3");
    }

    @Test
    void what_one_of_several_limits_refuses_counts_for_none() throws IOException {
        assertThat(get("/three", "X-Team: a").status()).isEqualTo(200);
        for (var i = 0; i < 5; i++) {
            assertThat(get("/three", "X-Team: a").header("RateLimit-Policy")).isEqualTo("\"header:x-team\";q=1;w=3600");
        }
        assertThat(get("/three", "X-Team: b").status()).isEqualTo(200);
        assertThat(get("/three", "X-Team: c").status()).isEqualTo(200);
        assertThat(get("/three", "X-Team: d").header("RateLimit-Policy")).isEqualTo("\"route\";q=3;w=3600");
    }

    @Test
    void what_is_given_back_may_be_used_again() {
        var meter = meter("1/h", 3, 64);
        assertThat(meter.spend(1)).isPositive();
        meter.giveBack(1);
        assertThat(admitted(meter, 1, 10)).isEqualTo(3);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "rate: 1/s, scope: cluster            | scope: cluster, but this node is in no cluster and has no redis (expected: node, cluster.enabled: true, or a redis)",
                "rate: 100                            | a rate such as 100/s",
                "rate: 0/s                            | a rate such as 100/s",
                "rate: 1/w                            | a rate such as 100/s",
                "burst: 1                             | rateLimit.rate: missing",
                "rate: 1/s, burst: 0                  | rateLimit.burst",
                "rate: 1/d, burst: 1000000            | 70 years",
                "rate: 1/s, also: [ { burst: 1 } ]    | rateLimit.also.0.rate: missing",
                "rate: 1/s, also: { rate: 1/d, burst: 1000000 } | 70 years",
                "rate: 1/s, by: name                  | ip, consumer, route",
                "rate: 1/s, by: 'header:'             | no name behind header:"
            })
    void a_mistake_is_found_when_the_file_is_read(String limit, String told) {
        assertThatThrownBy(() -> TestGateway.start("""
                        services: { origin: { targets: "http://127.0.0.1:1" } }
                        routes: { all: { match: { path: "/**" }, to: origin, rateLimit: { %s } } }
                        """, limit)).hasMessageContaining(told);
    }
}
