package gatehouse.http;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.Answers;
import gatehouse.testing.RawClient;
import gatehouse.testing.RawOrigin;
import gatehouse.testing.TestGateway;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class ForwardingTest {
    private static final String ONE_SERVICE = """
            services: { origin: { targets: "%s" } }
            routes:   { all: { match: { path: "/**" }, to: origin } }
            """;

    @Test
    void a_request_reaches_the_target_and_its_answer_the_client() throws Exception {
        try (var origin = RawOrigin.answering(Answers.ok("hello"));
                var gateway = TestGateway.start(ONE_SERVICE, origin.url());
                var client = gateway.client()) {
            client.send(RawClient.request("GET", "/some/path?q=1", "X-Own: kept"));
            var response = client.read();
            System.out.println(response);
            System.out.println(origin.text());
            assertThat(response.head().startLine()).isEqualTo("HTTP/1.1 200 OK");
            assertThat(origin.text())
                    .startsWith("GET /some/path?q=1 HTTP/1.1\r\n")
                    .contains("X-Own: kept\r\n");
        }
    }
}
