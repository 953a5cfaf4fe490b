package gatehouse.snapshot;

import gatehouse.config.GatewayConfig.TestConfig;
import gatehouse.config.Problems;
import io.netty.util.NetUtil;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Runs the {@code tests} of a configuration: each names a request and what must come of it. */
final class ConfigTests {
    private final Blueprint blueprint;
    private final Problems problems;

    ConfigTests(Blueprint blueprint, Problems problems) {
        this.blueprint = blueprint;
        this.problems = problems;
    }

    void run() {
        blueprint.config().tests().forEach(this::run);
    }

    private void run(String name, TestConfig test) {
        var request = test.request();
        var consumer = request.as();
        if (consumer != null && !blueprint.config().consumers().containsKey(consumer)) {
            var known = List.copyOf(blueprint.config().consumers().keySet());
            problems.addUnknown(List.of("tests", name, "request", "as"), "there is no consumer", consumer, known);
            return;
        }
        if (!NetUtil.isValidIpV4Address(request.client()) && !NetUtil.isValidIpV6Address(request.client())) {
            problems.add(List.of("tests", name, "request", "client"), request.client(), "an IP address");
            return;
        }
        var explainer = new Explainer(blueprint);
        var answer = explainer.outcome(
                request.method(),
                request.url(),
                request.headers(),
                request.client(),
                explainer.identity(consumer, request.claims()));
        var expect = test.expect();
        compare(name, "route", expect.route(), answer.route());
        compare(name, "service", expect.service(), answer.service());
        compare(name, "upstreamPath", expect.upstreamPath(), answer.upstreamPath());
        compare(name, "status", expect.status(), answer.status());
    }

    private void compare(String test, String key, @Nullable Object expected, @Nullable Object found) {
        if (expected != null && !Objects.equals(expected, found)) {
            problems.add(
                    List.of("tests", test, "expect", key),
                    "the test failed: the request gets " + (found == null ? "none" : found),
                    expected.toString());
        }
    }
}
