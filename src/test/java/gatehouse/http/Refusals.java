package gatehouse.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import gatehouse.testing.RawResponse;
import java.io.IOException;

/** What every refusal at the door has in common. */
final class Refusals {
    private static final ObjectMapper JSON = new ObjectMapper();

    private Refusals() {}

    /** The request is answered with a problem, the connection closed, and nothing sent to the origin. */
    static void assertRefused(Scene scene, String request, int status) throws IOException {
        var before = scene.bytesAtOrigin();
        try (var client = scene.client()) {
            var response = client.send(request).read();
            assertProblem(response, status);
            assertThat(response.header("connection")).isEqualToIgnoringCase("close");
            assertThat(client.closedByPeer()).isTrue();
        }
        assertThat(scene.bytesAtOrigin()).as("bytes at the origin").isEqualTo(before);
    }

    /** A problem document with the request's id and nothing that tells of the inside (RFC 9457). */
    static void assertProblem(RawResponse response, int status) throws IOException {
        assertThat(response.status()).as(response.head().raw()).isEqualTo(status);
        assertThat(response.header("content-type")).isEqualTo("application/problem+json");
        var document = JSON.readTree(response.text());
        assertThat(document.fieldNames())
                .toIterable()
                .containsExactlyInAnyOrder("type", "title", "status", "detail", "instance");
        assertThat(document.get("status").asInt()).isEqualTo(status);
        assertThat(document.get("type").asText()).startsWith("urn:gatehouse:problem:");
        assertThat(document.get("instance").asText()).isNotEmpty().isEqualTo(response.header("x-request-id"));
        assertThat(response.text()).doesNotContain("127.0.0.1", "Exception", "io.vertx", "netty", "gatehouse.");
    }
}
