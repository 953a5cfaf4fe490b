package gatehouse.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.http.WebSocket;
import io.vertx.core.json.JsonObject;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Speaks the bridge's messages over a plain WebSocket, with a token or without one. */
final class BridgeSocket {
    final WebSocket socket;
    final BlockingQueue<JsonObject> heard = new LinkedBlockingQueue<>();
    final CompletableFuture<Void> closed = new CompletableFuture<>();
    private final String token;

    BridgeSocket(WebSocket socket, String token) {
        this.socket = socket;
        this.token = token;
        socket.textMessageHandler(text -> heard.add(new JsonObject(text)))
                .closeHandler(closed::complete)
                .exceptionHandler(broken -> {});
    }

    void say(JsonObject message) {
        if (token != null) {
            message.put("headers", new JsonObject().put("Authorization", "Bearer " + token));
        }
        socket.writeTextMessage(message.encode());
    }

    JsonObject question(String verb, JsonObject body) {
        return new JsonObject()
                .put("type", "send")
                .put("address", "gatehouse.registry." + verb)
                .put("replyAddress", "r")
                .put("body", body);
    }

    JsonObject ask(String verb, JsonObject body) throws Exception {
        say(question(verb, body));
        var answer = next();
        assertThat(answer.getString("type")).as(answer.encode()).isEqualTo("rec");
        assertThat(answer.getString("address")).isEqualTo("r");
        return answer.getJsonObject("body");
    }

    int refused(String verb, JsonObject body) throws Exception {
        say(question(verb, body));
        var answer = next();
        assertThat(answer.getString("address")).isEqualTo("r");
        assertThat(answer.getString("failureType")).isEqualTo("RECIPIENT_FAILURE");
        return answer.getInteger("failureCode");
    }

    JsonObject next() throws InterruptedException {
        return Objects.requireNonNull(heard.poll(30, TimeUnit.SECONDS), "nothing within thirty seconds");
    }
}
