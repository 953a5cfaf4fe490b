package gatehouse.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.sun.management.ThreadMXBean;
import gatehouse.config.BalanceConfig.By;
import gatehouse.service.Fixture.Head;
import gatehouse.service.Target.State;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;

@ExtendWith(VertxExtension.class)
@DisplayNameGeneration(ReplaceUnderscores.class)
class ServiceTest {
    private static final byte[] KEY = "a key of some length".getBytes(java.nio.charset.StandardCharsets.US_ASCII);

    private final Fixture.Clock clock = new Fixture.Clock();
    private Service service;

    @AfterEach
    void close() {
        service.close();
    }

    @Test
    void targets_that_are_addresses_are_ready_at_once(Vertx vertx) {
        service = start(vertx, Fixture.weights(1, 1));

        assertThat(service.ready().succeeded()).isTrue();
        assertThat(pick()).isNotNull();
        assertThat(service.name()).isEqualTo("users");
    }

    @Test
    void a_target_that_was_tried_is_taken_again_when_there_is_no_other(Vertx vertx) {
        service = start(vertx, Fixture.weights(1, 1));
        var first = pick();
        var second = service.pick(Head.PLAIN, List.of(first));

        assertThat(second).isNotSameAs(first);
        assertThat(service.pick(Head.PLAIN, List.of(first, second))).isIn(first, second);
    }

    @Test
    void a_target_that_came_back_gets_one_request_at_a_time_until_it_has_served(Vertx vertx) {
        service = start(vertx, Fixture.weights(1, 1, 1));
        var sick = pick();
        for (var i = 0; i < 3; i++) {
            service.report(sick, Outcome.FAILED, "hangs");
        }
        passAndSettle(1000);

        assertThat(picks(30)).containsOnlyOnce(sick);
        clock.pass(1900);
        assertThat(picks(30)).doesNotContain(sick);
        clock.pass(100);
        assertThat(picks(30)).containsOnlyOnce(sick);
        service.report(sick, Outcome.GOOD, null);
        assertThat(picks(30)).filteredOn(target -> target == sick).hasSize(10);
    }

    @Test
    void a_target_on_trial_gets_all_requests_where_there_is_no_other(Vertx vertx) {
        service = start(vertx, Fixture.weights(1, 1));
        var sick = pick();
        var other = pick();
        for (var i = 0; i < 3; i++) {
            service.report(sick, Outcome.FAILED, "hangs");
        }
        passAndSettle(1000);
        service.setTarget(other.id(), State.DOWN, null);

        assertThat(picks(5)).containsOnly(sick);
    }

    /** Lets time pass and be noticed: a pick does not wait for the timer of the service, which may be noticing it just then. */
    private void passAndSettle(long millis) {
        clock.pass(millis);
        service.targets();
    }

    private List<Target> picks(int count) {
        var picks = new java.util.ArrayList<Target>();
        for (var i = 0; i < count; i++) {
            picks.add(pick());
        }
        return picks;
    }

    @Test
    void an_ejection_ends_by_time_alone_and_is_told_on_the_bus(Vertx vertx) throws Exception {
        var told = new LinkedBlockingQueue<HealthChanged>();
        HealthChanged.TOPIC
                .subscribe(vertx, told::add)
                .ready()
                .toCompletionStage()
                .toCompletableFuture()
                .get(30, TimeUnit.SECONDS);
        service = Service.start(vertx, "users", Fixture.weights(1, 1).config(), KEY, System::nanoTime);
        var sick = pick();

        for (var i = 0; i < 3; i++) {
            service.report(sick, Outcome.FAILED, "reset");
        }

        assertThat(told.poll(30, TimeUnit.SECONDS))
                .isEqualTo(new HealthChanged("users", sick.id(), "ejected", "reset"));
        assertThat(told.poll(30, TimeUnit.SECONDS))
                .isEqualTo(new HealthChanged("users", sick.id(), "unproven", "its ejection is over"));
    }

    @Test
    void every_change_of_health_and_panic_is_one_line_in_the_log(Vertx vertx) {
        var logger = (Logger) LoggerFactory.getLogger(HealthNews.class);
        var lines = new ListAppender<ILoggingEvent>();
        lines.start();
        service = Service.start(
                vertx, "logged", Fixture.weights(1, 1).panic("80%").config(), KEY, clock);
        var first = pick();
        logger.addAppender(lines);
        logger.setLevel(Level.INFO);
        try {
            for (var i = 0; i < 5; i++) {
                service.report(first, Outcome.FAILED, "reset");
            }
            passAndSettle(1000);
            service.report(first, Outcome.GOOD, null);
            service.report(first, Outcome.GOOD, null);
        } finally {
            logger.setLevel(null);
            logger.detachAppender(lines);
        }

        assertThat(lines.list.stream()
                        .filter(line -> line.getFormattedMessage().contains("service logged"))
                        .map(line -> line.getLevel() + " " + line.getFormattedMessage()))
                .containsExactly(
                        "WARN target " + first.id() + " of service logged is ejected: reset",
                        "WARN service logged is in panic mode: fewer than 80% of its targets are healthy, all get requests",
                        "INFO target " + first.id() + " of service logged is tried again: its ejection is over",
                        "INFO service logged is out of panic mode: enough of its targets are healthy",
                        "INFO target " + first.id() + " of service logged is healthy: has served again");
    }

    @Test
    void the_admin_view_shows_what_is_known(Vertx vertx) {
        service = start(vertx, Fixture.weights(3, 1));
        var target = pick();
        target.acquire();
        target.acquire();
        target.release();
        for (var i = 0; i < 3; i++) {
            service.report(target, Outcome.FAILED, "timed out");
        }
        clock.pass(400);

        assertThat(service.targets())
                .first()
                .isEqualTo(new TargetStatus(
                        "10.0.0.1:80",
                        "http://10.0.0.1:80",
                        3,
                        State.UP,
                        false,
                        false,
                        "ejected",
                        600,
                        1,
                        "timed out",
                        2,
                        3));
    }

    @Test
    void an_admin_sets_state_and_weight_by_id(Vertx vertx) {
        service = start(vertx, Fixture.weights(1, 1));

        assertThat(service.setTarget("10.0.0.1:80", State.DOWN, null)).isTrue();
        assertThat(service.setTarget("nobody:80", State.DOWN, null)).isFalse();

        assertThat(pick().id()).isEqualTo("10.0.0.2:80");
        assertThatThrownBy(() -> service.setTarget("10.0.0.1:80", null, 1001))
                .hasMessage("weight 1001 (expected: 0 to 1000)");
    }

    @Test
    void a_new_client_gets_a_cookie_that_brings_it_back(Vertx vertx) {
        service = start(vertx, Fixture.weights(1, 1, 1).sticky("GWID"));
        assertThat(service.sticky(Head.PLAIN)).isNull();
        var picked = pick();

        var setCookie = service.stickyCookie(Head.PLAIN, picked);

        assertThat(setCookie).matches("GWID=[A-Za-z0-9_-]{22}; Path=/; HttpOnly; SameSite=Lax");
        var back = Head.with("cookie", "a=b; " + setCookie.substring(0, setCookie.indexOf(';')) + "; c=d");
        assertThat(service.sticky(back)).isSameAs(picked);
        assertThat(service.stickyCookie(back, picked)).isNull();
    }

    @Test
    void every_node_with_the_same_key_understands_the_cookie_and_no_other(Vertx vertx) {
        service = start(vertx, Fixture.weights(1, 1, 1).sticky("GWID"));
        var back = returning(pick());
        var same = start(vertx, Fixture.weights(1, 1, 1).sticky("GWID"));
        var other = Service.start(
                vertx, "users", Fixture.weights(1, 1, 1).sticky("GWID").config(), new byte[32], clock);
        var otherName = Service.start(
                vertx, "orders", Fixture.weights(1, 1, 1).sticky("GWID").config(), KEY, clock);

        assertThat(same.sticky(back)).isNotNull();
        assertThat(other.sticky(back)).isNull();
        assertThat(otherName.sticky(back)).isNull();
    }

    @Test
    void a_made_up_cookie_counts_as_none(Vertx vertx) {
        service = start(vertx, Fixture.weights(1, 1).sticky("GWID"));
        var target = pick();

        for (var value : List.of("", "10.0.0.1:80", "A".repeat(22), "A".repeat(4000))) {
            var head = Head.with("cookie", "GWID=" + value);
            assertThat(service.sticky(head)).isNull();
            assertThat(service.stickyCookie(head, target)).startsWith("GWID=");
        }
    }

    @Test
    void a_draining_target_keeps_its_clients_and_gets_no_new_ones(Vertx vertx) {
        service = start(vertx, Fixture.weights(1, 1).sticky("GWID"));
        var bound = pick();
        var back = returning(bound);

        service.setTarget(bound.id(), State.DRAINING, null);

        assertThat(service.sticky(back)).isSameAs(bound);
        assertThat(pick()).isNotSameAs(bound);
        assertThat(pick()).isNotSameAs(bound);
    }

    @Test
    void a_client_of_a_target_that_is_down_or_sick_gets_another_and_a_new_cookie(Vertx vertx) {
        service = start(vertx, Fixture.weights(1, 1).sticky("GWID"));
        var bound = pick();
        var back = returning(bound);

        service.setTarget(bound.id(), State.DOWN, null);
        assertThat(service.sticky(back)).isNull();
        service.setTarget(bound.id(), State.UP, null);
        assertThat(service.sticky(back)).isSameAs(bound);

        for (var i = 0; i < 3; i++) {
            service.report(bound, Outcome.FAILED, null);
        }
        assertThat(service.sticky(back)).isNull();
        assertThat(service.stickyCookie(back, pick())).isNotNull();
    }

    @Test
    void a_service_that_is_not_sticky_sets_no_cookie(Vertx vertx) {
        service = Service.start(vertx, "users", Fixture.weights(1).config(), new byte[0], clock);

        assertThat(service.stickyCookie(Head.PLAIN, pick())).isNull();
        assertThat(service.sticky(Head.with("cookie", "GWID=x"))).isNull();
    }

    @ParameterizedTest
    @EnumSource(By.class)
    void a_request_that_goes_well_allocates_nothing(By by, Vertx vertx) {
        var fixture = by == By.HASH
                ? Fixture.weights(1, 2, 3).hash("cookie:user")
                : Fixture.weights(1, 2, 3).by(by);
        service = start(vertx, fixture);
        var head = Head.with("cookie", "a=b; user=alice");
        run(head, 20_000);
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        var before = threads.getCurrentThreadAllocatedBytes();

        run(head, 100_000);

        // Measuring itself, and compiling meanwhile, may allocate a little; a single object per request would be 1.6
        // MB.
        assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(100_000);
    }

    private void run(Head head, int times) {
        for (var i = 0; i < times; i++) {
            var target = service.pick(head, List.of());
            target.acquire();
            service.report(target, Outcome.GOOD, null);
            target.release();
        }
    }

    private Head returning(Target target) {
        var setCookie = service.stickyCookie(Head.PLAIN, target);
        return Head.with("cookie", setCookie.substring(0, setCookie.indexOf(';')));
    }

    private Service start(Vertx vertx, Fixture fixture) {
        return Service.start(vertx, "users", fixture.config(), KEY, clock);
    }

    private Target pick() {
        return service.pick(Head.PLAIN, List.of());
    }
}
