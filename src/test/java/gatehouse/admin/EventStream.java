package gatehouse.admin;

import gatehouse.testing.RawClient;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads server-sent events as a browser does: keeps the last id, and hands on what has data. */
final class EventStream implements AutoCloseable {
    private final RawClient client;
    private final StringBuilder text = new StringBuilder();
    private String lastId = "";

    private EventStream(RawClient client) {
        this.client = client;
    }

    record Event(String name, String id, JsonObject data) {
        /** {@code registered a}, or the name alone where the event is about no instance. */
        String brief() {
            var instance = data.getJsonObject("instance");
            return instance == null ? name : name + " " + instance.getString("id");
        }
    }

    static EventStream open(int port, String path, String... fields) throws IOException {
        var client = RawClient.connect(port).send(RawClient.request("GET", path, fields));
        var head = client.readHead();
        if (!head.raw().startsWith("HTTP/1.1 200")) {
            throw new IOException(head.raw());
        }
        return new EventStream(client);
    }

    Event next() throws IOException {
        while (true) {
            var end = text.indexOf("\n\n");
            if (end < 0) {
                text.append(chunk());
                continue;
            }
            var fields = fields(text.substring(0, end));
            text.delete(0, end + 2);
            lastId = fields.getOrDefault("id", lastId);
            if (fields.containsKey("data")) {
                return new Event(fields.getOrDefault("event", "message"), lastId, new JsonObject(fields.get("data")));
            }
        }
    }

    List<String> next(int count) throws IOException {
        var events = new ArrayList<String>();
        for (var i = 0; i < count; i++) {
            events.add(next().brief());
        }
        return events;
    }

    String lastId() {
        return lastId;
    }

    private static Map<String, String> fields(String event) {
        var fields = new HashMap<String, String>();
        for (var line : event.split("\n", -1)) {
            var colon = line.indexOf(": ");
            fields.put(line.substring(0, colon), line.substring(colon + 2));
        }
        return fields;
    }

    private String chunk() throws IOException {
        var size = new StringBuilder();
        while (size.indexOf("\r\n") < 0) {
            size.append(new String(client.readBytes(1), StandardCharsets.ISO_8859_1));
        }
        var length = Integer.parseInt(size.substring(0, size.length() - 2), 16);
        var bytes = client.readBytes(length + 2);
        return new String(bytes, 0, length, StandardCharsets.UTF_8);
    }

    @Override
    public void close() throws IOException {
        client.close();
    }
}
