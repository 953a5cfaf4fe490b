package gatehouse.admin;

import gatehouse.testing.RawClient;
import gatehouse.testing.RawResponse;
import gatehouse.testing.TestGateway;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Asks the admin API of a gateway, each request on a connection of its own. */
record AdminClient(int port) {
    static final String JSON = "Content-Type: application/json";

    static AdminClient of(TestGateway gateway) {
        return new AdminClient(gateway.adminPort());
    }

    static String bearer(String token) {
        return "Authorization: Bearer " + token;
    }

    static JsonObject object(RawResponse response) {
        return new JsonObject(response.text());
    }

    RawResponse get(String path, String... fields) throws IOException {
        return send("GET", path, "", fields);
    }

    JsonObject json(String path, String... fields) throws IOException {
        return object(get(path, fields));
    }

    JsonArray items(String path) throws IOException {
        return json(path).getJsonArray("items");
    }

    /** Sends a body, if there is one, with its length. */
    RawResponse send(String method, String path, String body, String... fields) throws IOException {
        var bytes = body.getBytes(StandardCharsets.UTF_8);
        var head = new StringBuilder(method).append(' ').append(path).append(" HTTP/1.1\r\n");
        var hosted = false;
        for (var field : fields) {
            hosted |= field.startsWith("Host:");
            head.append(field).append("\r\n");
        }
        head.append(hosted ? "" : "Host: localhost\r\n");
        head.append(body.isEmpty() ? "" : "Content-Length: " + bytes.length + "\r\n");
        head.append("\r\n");
        try (var client = RawClient.connect(port)) {
            client.send(head.toString());
            if (!body.isEmpty()) {
                client.send(bytes);
            }
            return client.read(method);
        }
    }
}
