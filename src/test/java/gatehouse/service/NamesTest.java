package gatehouse.service;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.service.Fixture.Head;
import gatehouse.testing.LogLines;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(VertxExtension.class)
@DisplayNameGeneration(ReplaceUnderscores.class)
class NamesTest {
    private final Semaphore looks = new Semaphore(0);
    private volatile List<String> zone = List.of();
    private Service service;

    @AfterEach
    void close() {
        service.close();
    }

    @Test
    void each_address_of_a_name_is_a_target(Vertx vertx) throws Exception {
        zone = List.of("10.0.0.2", "10.0.0.1");

        start(vertx);

        assertThat(ids()).containsExactly("users.test:8080/10.0.0.1", "users.test:8080/10.0.0.2");
    }

    @Test
    void a_changed_answer_is_taken_over(Vertx vertx) throws Exception {
        zone = List.of("10.0.0.1");
        start(vertx);
        assertThat(ids()).containsExactly("users.test:8080");
        var known = service.pick(Head.PLAIN, List.of());

        zone = List.of("10.0.0.1", "10.0.0.3");
        awaitAnswer();

        assertThat(ids()).containsExactly("users.test:8080/10.0.0.1", "users.test:8080/10.0.0.3");
        assertThat(known.id()).isEqualTo("users.test:8080/10.0.0.1");
    }

    @Test
    void the_last_good_addresses_stay_when_a_look_up_fails(Vertx vertx) throws Exception {
        zone = List.of("10.0.0.1");
        start(vertx);

        try (var log = new LogLines(Names.class)) {
            zone = List.of();
            awaitAnswer();
            assertThat(log.lines())
                    .singleElement()
                    .asString()
                    .startsWith("service users: the name of http://users.test:8080 cannot be resolved");
        }

        assertThat(ids()).containsExactly("users.test:8080");
        assertThat(service.pick(Head.PLAIN, List.of())).isNotNull();
    }

    @Test
    void a_name_that_is_unknown_at_first_is_tried_again(Vertx vertx) throws Exception {
        start(vertx);
        assertThat(service.pick(Head.PLAIN, List.of())).isNull();

        zone = List.of("10.0.0.1");
        awaitAnswer();

        assertThat(service.pick(Head.PLAIN, List.of())).isNotNull();
    }

    @Test
    void where_a_name_has_addresses_of_both_families_ipv4_is_used(Vertx vertx) throws Exception {
        zone = List.of("::1", "127.0.0.1");
        start(vertx);

        assertThat(service.targets()).hasSize(1);
        assertThat(service.pick(Head.PLAIN, List.of()).address().host()).isEqualTo("127.0.0.1");
    }

    @Test
    void an_ipv6_address_is_used_where_there_is_no_other(Vertx vertx) throws Exception {
        zone = List.of("2001:db8::1");
        start(vertx);

        assertThat(service.pick(Head.PLAIN, List.of()).address().host()).isEqualTo("2001:db8::1");
    }

    @Test
    void a_closed_service_looks_nothing_up(Vertx vertx) throws Exception {
        zone = List.of("10.0.0.1");
        start(vertx);

        service.close().toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);

        looks.drainPermits();
        // A second service that looks up four times meanwhile is the clock here.
        var other = new Semaphore(0);
        var second = Service.start(
                vertx,
                "orders",
                Fixture.urls("http://orders.test").config(),
                new byte[0],
                new Fixture.Clock(),
                host -> {
                    other.release();
                    return new InetAddress[] {InetAddress.getByName("10.0.0.9")};
                });
        assertThat(other.tryAcquire(4, 30, TimeUnit.SECONDS)).isTrue();
        second.close();
        assertThat(looks.availablePermits()).as("but for one under way").isLessThanOrEqualTo(1);
    }

    private void start(Vertx vertx) throws Exception {
        service = Service.start(
                vertx,
                "users",
                Fixture.urls("http://users.test:8080").config(),
                new byte[0],
                new Fixture.Clock(),
                this::resolve);
        service.ready().toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    private InetAddress[] resolve(String host) throws UnknownHostException {
        assertThat(host).isEqualTo("users.test");
        assertThat(Thread.currentThread().getName()).contains("worker");
        var answer = zone;
        looks.release();
        if (answer.isEmpty()) {
            throw new UnknownHostException(host);
        }
        var addresses = new InetAddress[answer.size()];
        for (var i = 0; i < addresses.length; i++) {
            addresses[i] = InetAddress.getByName(answer.get(i));
        }
        return addresses;
    }

    /** A look-up begins only after the answer to the last one was taken over: the third from now on has seen the zone. */
    private void awaitAnswer() throws InterruptedException {
        looks.drainPermits();
        assertThat(looks.tryAcquire(3, 30, TimeUnit.SECONDS)).isTrue();
    }

    private List<String> ids() {
        return service.targets().stream().map(TargetStatus::id).toList();
    }
}
