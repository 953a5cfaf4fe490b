package gatehouse.forward;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.service.TargetStatus;
import gatehouse.testing.RawExchange;
import gatehouse.testing.RawOrigin;
import gatehouse.testing.RawResponse;
import gatehouse.testing.TestGateway;
import gatehouse.testing.Waiting;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.Parameter;

/** A gateway and an origin for cases that are asked of both forwarders. Where they differ, {@link #differing} says so and why. */
abstract class ForwarderCase {
    enum Carrier {
        OWN("own"),
        WEB_PROXY("web-proxy");

        private final String word;

        Carrier(String word) {
            this.word = word;
        }
    }

    static TestGateway gateway;

    @Parameter
    Carrier carrier;

    RawOrigin origin;

    @BeforeAll
    static void start() throws Exception {
        gateway = TestGateway.start("services: {}");
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    @AfterEach
    void closeOrigin() throws Exception {
        if (origin != null) {
            origin.close();
            assertThat(origin.faults()).isEmpty();
        }
    }

    /** The value for this forwarder, where the two are known to differ. */
    <T> T differing(T own, T webProxy, String why) {
        assertThat(why).isNotEmpty();
        return carrier == Carrier.OWN ? own : webProxy;
    }

    void serve(RawOrigin.Script script) throws Exception {
        serve(script, "retry: null");
    }

    /** Puts an origin behind the gateway; {@code keys} go to the service. */
    void serve(RawOrigin.Script script, String keys) throws Exception {
        origin = RawOrigin.answering(script);
        forwardTo(origin.url(), keys);
    }

    void forwardTo(String url, String keys) throws Exception {
        gateway.reload("""
                services: { origin: { targets: "%s", forwarder: %s, %s } }
                routes:   { all: { match: { path: "/**" }, to: origin } }
                """, url, carrier.word, keys);
    }

    RawResponse send(String request) throws Exception {
        try (var client = gateway.client()) {
            return client.send(request).read(request.substring(0, request.indexOf(' ')));
        }
    }

    RawExchange received() {
        origin.awaitRequests(1);
        return origin.requests().get(0);
    }

    void assertTargetIsNotBlamed() {
        Waiting.until("none is under way", () -> target().inFlight() == 0);
        assertThat(target().failures()).isZero();
    }

    TargetStatus target() {
        return gateway.node()
                .snapshots()
                .current()
                .services()
                .get("origin")
                .targets()
                .get(0);
    }

    static void assertProblem(RawResponse response, int status, String name) {
        assertThat(response.status()).isEqualTo(status);
        assertThat(response.header("Content-Type")).isEqualTo("application/problem+json");
        assertThat(response.header("X-Request-Id")).isNotEmpty();
        assertThat(response.text()).contains("\"urn:gatehouse:problem:" + name + "\"");
    }
}
