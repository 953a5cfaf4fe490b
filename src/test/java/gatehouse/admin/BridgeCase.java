package gatehouse.admin;

import static gatehouse.testing.TestGateway.await;

import gatehouse.testing.RawClient;
import gatehouse.testing.RawResponse;
import gatehouse.testing.TestGateway;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketConnectOptions;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;

/** A gateway with the registry's bridge, and clients of that. */
abstract class BridgeCase {
    static final String ORDERS = "token-of-the-orders-service";
    static final String USERS = "token-of-the-users-service";
    static final String OPS = "token-that-may-do-all";
    static final String READER = "token-that-only-reads";
    static final String TOKENS = """
            admin:
              listen: "127.0.0.1:0"
              tokens:
                ops: { value: %s, role: admin }
                orders: { value: %s, role: register }
                users: { value: %s, role: register }
                reader: { value: %s, role: read }
            """.formatted(OPS, ORDERS, USERS, READER);

    private final List<BridgeSocket> clients = new ArrayList<>();
    TestGateway gateway;

    /** Kept, as Vert.x closes a client that nobody holds any more, and what it has begun. */
    private @Nullable WebSocketClient sockets;

    @AfterEach
    void stop() {
        clients.forEach(client -> client.socket.close());
        if (gateway != null) {
            gateway.close();
        }
    }

    void start(String settings) throws Exception {
        var bridge = settings.contains("bridge:") ? "" : "bridge: \"127.0.0.1:0\"";
        var comma = settings.isEmpty() || bridge.isEmpty() ? "" : ", ";
        gateway = TestGateway.startWithRegistry(TOKENS + "registry: { " + settings + comma + bridge + " }");
    }

    RawResponse get(String path, String... fields) throws IOException {
        return RawClient.get(gateway.bridgePort(), path, fields);
    }

    static JsonObject instance(String id) {
        return new JsonObject().put("service", "orders").put("id", id);
    }

    BridgeSocket client(String token) throws Exception {
        return connect(new WebSocketConnectOptions(), token);
    }

    BridgeSocket connect(WebSocketConnectOptions options, String token) throws Exception {
        if (sockets == null) {
            sockets = gateway.vertx().createWebSocketClient();
        }
        var socket = await(sockets.connect(
                options.setHost("127.0.0.1").setPort(gateway.bridgePort()).setURI("/eventbus/websocket")));
        var client = new BridgeSocket(socket, token);
        clients.add(client);
        return client;
    }
}
