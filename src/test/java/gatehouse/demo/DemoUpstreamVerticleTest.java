package gatehouse.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import gatehouse.testing.RawClient;
import gatehouse.testing.TestGateway;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.json.JsonObject;
import io.vertx.grpc.reflection.v1.ServerReflectionRequest;
import io.vertx.grpc.reflection.v1.ServerReflectionResponse;
import io.vertx.grpc.reflection.v1.ServerReflectionResponse.MessageResponseCase;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class DemoUpstreamVerticleTest {
    private static Vertx vertx;
    private static int port;

    @BeforeAll
    static void deployed() throws Exception {
        vertx = Vertx.vertx();
        var demo = new DemoUpstreamVerticle();
        var options = new DeploymentOptions().setConfig(new JsonObject().put("port", 0));
        TestGateway.await(vertx.deployVerticle(demo, options));
        port = demo.port();
    }

    @AfterAll
    static void closed() throws Exception {
        TestGateway.await(vertx.close());
    }

    @Test
    void a_port_that_is_taken_is_named() {
        var options = new DeploymentOptions().setConfig(new JsonObject().put("port", port));
        assertThatThrownBy(() -> TestGateway.await(vertx.deployVerticle(new DemoUpstreamVerticle(), options)))
                .hasStackTraceContaining("java.net.BindException: 127.0.0.1:" + port + " can't be listened on");
    }

    @Test
    void echo_tells_what_came() throws Exception {
        try (var client = RawClient.connect(port)) {
            client.send(RawClient.request("POST", "/echo?q=1", "X-Own: a", "Content-Length: 5") + "12345");
            var echo = new JsonObject(client.read().text());

            assertThat(echo.getString("method")).isEqualTo("POST");
            assertThat(echo.getString("path")).isEqualTo("/echo");
            assertThat(echo.getString("query")).isEqualTo("q=1");
            assertThat(echo.getJsonObject("headers").getString("X-Own")).isEqualTo("a");
            assertThat(echo.getLong("bodyBytes")).isEqualTo(5);
        }
    }

    @Test
    void stream_sends_as_much_as_asked_for() throws Exception {
        assertThat(RawClient.get(port, "/stream?kib=700").text()).hasSize(700 * 1024);
    }

    @ParameterizedTest
    @CsvSource({
        "/hello, 200",
        "/slow?ms=1, 200",
        "/slow?ms=10001, 400",
        "/slow?ms=soon, 400",
        "/status/503, 503",
        "/status/100, 400",
        "/status/x, 400",
        "/stream?kib=-1, 400",
        "/nothing, 404"
    })
    void every_address_answers_with_its_status(String target, int status) throws Exception {
        assertThat(RawClient.get(port, target).status()).isEqualTo(status);
    }

    @Test
    void the_greeter_greets_callers_of_JSON() throws Exception {
        var faults = new CopyOnWriteArrayList<Throwable>();
        vertx.exceptionHandler(faults::add);
        try (var gateway = TestGateway.startWithGrpc("""
                services: { greeter: { targets: "http://127.0.0.1:%d", protocol: grpc } }
                routes:   { json: { match: { path: "/rpc/{service}/{method}" }, to: { rpc: greeter } } }
                """, port);
                var client = gateway.client()) {
            var body = "{\"name\":\"Ada\"}";
            client.send(RawClient.request("POST", "/rpc/Greeter/SayHello", "Content-Length: " + body.length()) + body);
            assertThat(client.read("POST").text()).isEqualTo("{\"message\":\"Hello Ada\"}");
        }
        assertThat(faults).as("in the demo, which was asked for its schema").isEmpty();
    }

    @Test
    void reflection_answers_each_question_of_a_call() throws Exception {
        var questions = Buffer.buffer();
        for (var symbol : List.of("helloworld.Greeter", "helloworld.HelloReply", "helloworld.Nobody")) {
            var question = ServerReflectionRequest.newBuilder()
                    .setFileContainingSymbol(symbol)
                    .build()
                    .toByteArray();
            questions.appendByte((byte) 0).appendInt(question.length).appendBytes(question);
        }
        var client = vertx.createHttpClient(
                new HttpClientOptions().setProtocolVersion(HttpVersion.HTTP_2).setHttp2ClearTextUpgrade(false));
        var path = "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo";
        var answer = TestGateway.await(client.request(HttpMethod.POST, port, "127.0.0.1", path)
                .compose(request -> request.putHeader("content-type", "application/grpc")
                        .putHeader("te", "trailers")
                        .send(questions))
                .compose(response -> response.body()
                        .onSuccess(body ->
                                assertThat(response.getTrailer("grpc-status")).isEqualTo("0"))));
        var told = new ArrayList<MessageResponseCase>();
        for (var at = 0; at < answer.length(); ) {
            var length = answer.getInt(at + 1);
            told.add(ServerReflectionResponse.parseFrom(answer.getBytes(at + 5, at + 5 + length))
                    .getMessageResponseCase());
            at += 5 + length;
        }
        assertThat(told)
                .containsExactly(
                        MessageResponseCase.FILE_DESCRIPTOR_RESPONSE,
                        MessageResponseCase.FILE_DESCRIPTOR_RESPONSE,
                        MessageResponseCase.ERROR_RESPONSE);
    }
}
