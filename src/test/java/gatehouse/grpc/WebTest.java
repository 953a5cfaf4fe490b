package gatehouse.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.Body;
import gatehouse.testing.RawClient;
import gatehouse.testing.RawResponse;
import gatehouse.testing.TestGateway;
import io.grpc.testing.integration.Messages.EchoStatus;
import io.grpc.testing.integration.Messages.ResponseParameters;
import io.grpc.testing.integration.Messages.SimpleRequest;
import io.grpc.testing.integration.Messages.SimpleResponse;
import io.grpc.testing.integration.Messages.StreamingOutputCallRequest;
import io.grpc.testing.integration.Messages.StreamingOutputCallResponse;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** gRPC-Web, binary and text, as browsers send it over HTTP/1.1 to a service that knows gRPC alone. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class WebTest {
    private static final String SERVICE = "/grpc.testing.TestService/";
    private static Services services;
    private static TestGateway gateway;

    @BeforeAll
    static void start() throws Exception {
        services = new Services();
        gateway = TestGateway.startWithGrpc("""
                listeners: { web: { listen: "127.0.0.1:0", protocols: [http1, grpc-web] } }
                services:  { tests: { targets: "http://127.0.0.1:%d", protocol: grpc } }
                routes:
                  tests:
                    match: { grpc: grpc.testing.TestService }
                    to: tests
                    cors: { origins: [ "https://app.test" ], headers: [ content-type, x-grpc-web ], expose: [ grpc-status, grpc-message ] }
                """, services.port());
    }

    @AfterAll
    static void stop() {
        gateway.close();
        services.close();
    }

    /** A message, or the trailers, of a body. */
    private record Frame(int flag, byte[] bytes) {
        String text() {
            return new String(bytes, StandardCharsets.ISO_8859_1);
        }
    }

    private static byte[] framed(byte[] message) {
        return Buffer.buffer()
                .appendByte((byte) 0)
                .appendInt(message.length)
                .appendBytes(message)
                .getBytes();
    }

    private static List<Frame> frames(Body whole) {
        return frames(whole.bytes());
    }

    private static List<Frame> frames(byte[] body) {
        var frames = new ArrayList<Frame>();
        var all = Buffer.buffer(body);
        for (var at = 0; at < body.length; ) {
            var length = all.getInt(at + 1);
            frames.add(new Frame(all.getUnsignedByte(at), all.getBytes(at + 5, at + 5 + length)));
            at += 5 + length;
        }
        return frames;
    }

    private static RawResponse call(String method, String type, byte[] body, String... fields) throws IOException {
        var head = new StringBuilder("POST " + SERVICE + method + " HTTP/1.1\r\nHost: a.test\r\nX-Grpc-Web: 1\r\n"
                + "Content-Type: " + type + "\r\nContent-Length: " + body.length + "\r\n");
        for (var field : fields) {
            head.append(field).append("\r\n");
        }
        try (var client = gateway.client()) {
            client.send(head + "\r\n" + new String(body, StandardCharsets.ISO_8859_1));
            return client.read("POST");
        }
    }

    @Test
    void a_unary_call_gets_its_message_and_a_frame_of_trailers() throws Exception {
        var request = SimpleRequest.newBuilder().setResponseSize(7).build();
        var response = call("UnaryCall", "application/grpc-web+proto", framed(request.toByteArray()));
        assertThat(response.status()).isEqualTo(200);
        assertThat(response.header("content-type")).isEqualTo("application/grpc-web+proto");
        var frames = frames(response.body());
        assertThat(SimpleResponse.parseFrom(frames.get(0).bytes())
                        .getPayload()
                        .getBody()
                        .size())
                .isEqualTo(7);
        assertThat(frames.get(1).flag()).isEqualTo(0x80);
        assertThat(frames.get(1).text()).contains("grpc-status: 0\r\n");
        assertThat(frames).hasSize(2);
    }

    @Test
    void text_is_base64_both_ways() throws Exception {
        var request = SimpleRequest.newBuilder().setResponseSize(7).build();
        var response = call(
                "UnaryCall", "application/grpc-web-text", Base64.getEncoder().encode(framed(request.toByteArray())));
        assertThat(response.header("content-type")).isEqualTo("application/grpc-web-text+proto");
        var bytes = Buffer.buffer();
        for (var piece : response.text().split("(?<==)(?!=)")) {
            bytes.appendBytes(Base64.getDecoder().decode(piece));
        }
        var frames = frames(bytes.getBytes());
        assertThat(SimpleResponse.parseFrom(frames.get(0).bytes())
                        .getPayload()
                        .getBody()
                        .size())
                .isEqualTo(7);
        assertThat(frames.get(1).text()).contains("grpc-status: 0\r\n");
    }

    @Test
    void a_stream_of_the_service_is_a_stream_of_frames() throws Exception {
        var request = StreamingOutputCallRequest.newBuilder()
                .addResponseParameters(ResponseParameters.newBuilder().setSize(3))
                .addResponseParameters(
                        ResponseParameters.newBuilder().setSize(5).setIntervalUs(20_000))
                .build();
        var frames = frames(call("StreamingOutputCall", "application/grpc-web", framed(request.toByteArray()))
                .body());
        assertThat(frames).hasSize(3);
        assertThat(StreamingOutputCallResponse.parseFrom(frames.get(1).bytes())
                        .getPayload()
                        .getBody()
                        .size())
                .isEqualTo(5);
        assertThat(frames.get(2).text()).contains("grpc-status: 0\r\n");
    }

    @Test
    void an_answer_that_is_nothing_but_a_status_is_a_frame_of_trailers() throws Exception {
        var request = SimpleRequest.newBuilder()
                .setResponseStatus(EchoStatus.newBuilder().setCode(5).setMessage("not here"))
                .build();
        var response = call("UnaryCall", "application/grpc-web+proto", framed(request.toByteArray()));
        assertThat(response.status()).isEqualTo(200);
        var frames = frames(response.body());
        assertThat(frames).hasSize(1);
        assertThat(frames.get(0).text()).contains("grpc-status: 5\r\n").contains("grpc-message: not here\r\n");
    }

    @Test
    void what_the_gateway_says_is_a_frame_of_trailers_too() throws Exception {
        var response = call("UnaryCall", "application/grpc-web", new byte[] {2, 0, 0, 0, 0});
        assertThat(response.status()).isEqualTo(200);
        assertThat(frames(response.body()).get(0).text()).startsWith("grpc-status: 13\r\n");
    }

    @Test
    void text_that_is_no_base64_is_refused() throws Exception {
        var response = call("UnaryCall", "application/grpc-web-text", "!!!!".getBytes(StandardCharsets.UTF_8));
        var text = new String(Base64.getDecoder().decode(response.text()), StandardCharsets.ISO_8859_1);
        assertThat(text).contains("grpc-status: 13\r\n");
    }

    @Test
    void a_page_of_another_origin_may_ask_and_read() throws Exception {
        try (var client = gateway.client()) {
            var preflight = client.send("OPTIONS " + SERVICE + "UnaryCall HTTP/1.1\r\nHost: a.test\r\n"
                            + "Origin: https://app.test\r\nAccess-Control-Request-Method: POST\r\n"
                            + "Access-Control-Request-Headers: content-type,x-grpc-web\r\n\r\n")
                    .read("OPTIONS");
            assertThat(preflight.status()).isEqualTo(204);
            assertThat(preflight.header("access-control-allow-origin")).isEqualTo("https://app.test");
        }
        var answer = call("EmptyCall", "application/grpc-web+proto", framed(new byte[0]), "Origin: https://app.test");
        assertThat(answer.header("access-control-allow-origin")).isEqualTo("https://app.test");
        assertThat(answer.header("access-control-expose-headers")).contains("grpc-status");
        assertThat(frames(answer.body())).hasSize(2);
    }

    @Test
    void a_page_of_another_origin_may_read_why_it_is_refused() throws Exception {
        var answer = call("UnaryCall", "application/grpc-web", new byte[] {2, 0, 0, 0, 0}, "Origin: https://app.test");
        assertThat(answer.header("access-control-allow-origin")).isEqualTo("https://app.test");
        assertThat(frames(answer.body()).get(0).text()).startsWith("grpc-status: 13\r\n");
    }

    @Test
    void a_client_that_waits_to_be_told_to_send_its_message_is() throws Exception {
        try (var client = gateway.client()) {
            client.send(RawClient.request(
                    "POST",
                    SERVICE + "EmptyCall",
                    "Content-Type: application/grpc-web",
                    "Expect: 100-continue",
                    "Content-Length: 5"));
            assertThat(client.readHead().startLine()).startsWith("HTTP/1.1 100");
            assertThat(frames(client.send(framed(new byte[0])).read("POST").body()))
                    .hasSize(2);
        }
    }

    @Test
    void a_connection_serves_call_after_call() throws Exception {
        var message = new String(framed(new byte[0]), StandardCharsets.ISO_8859_1);
        try (var client = gateway.client()) {
            for (var i = 0; i < 3; i++) {
                client.send(RawClient.request(
                                "POST",
                                SERVICE + "EmptyCall",
                                "Content-Type: application/grpc-web",
                                "Content-Length: 5")
                        + message);
                assertThat(frames(client.read("POST").body())).hasSize(2);
            }
        }
    }
}
