package gatehouse.faults;

import gatehouse.testing.RawClient;
import gatehouse.testing.RawResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Instances of the service {@code orders} that keep their leases, each until it is silenced. One thread beats for all. */
final class Heartbeats implements AutoCloseable {
    /** What a configuration needs for it. */
    static final String ADMIN =
            "admin: { listen: \"127.0.0.1:0\", tokens: { all: { value: a-token-for-scenarios, role: register } } }";

    private static final String SERVICE = "/registry/v1/default/services/orders";

    private final int port;
    private final long ttlMillis;
    private final double lost;
    private final Random random;
    private final Set<String> alive = ConcurrentHashMap.newKeySet();
    private volatile boolean over;

    /**
     * @param lost share of the heartbeats that never arrive
     */
    Heartbeats(GatewayUnderTest gateway, long ttlMillis, double lost, Random random) {
        port = gateway.adminPort();
        this.ttlMillis = ttlMillis;
        this.lost = lost;
        this.random = random;
        var thread = new Thread(this::beat, "heartbeats");
        thread.setDaemon(true);
        thread.start();
    }

    /** Registers an instance and keeps it. */
    void keep(String id, String url) throws IOException {
        var body = "{\"address\":\"" + url + "\",\"ttl\":\"" + ttlMillis + "ms\"}";
        int status = ask(port, "PUT", SERVICE + "/instances/" + id, body).status();
        if (status != 201) {
            throw new IOException("registering " + id + " is answered " + status);
        }
        alive.add(id);
    }

    void silence(String id) {
        alive.remove(id);
    }

    /** How many instances the registry knows. */
    int known() throws IOException {
        var text = ask(port, "GET", SERVICE, "").text();
        return text.split("\"condition\":", -1).length - 1;
    }

    /** A request to the registry, on a connection of its own. */
    static RawResponse ask(int port, String method, String path, String body) throws IOException {
        try (var client = RawClient.connect(port)) {
            return ask(client, method, path, body);
        }
    }

    static RawResponse ask(RawClient client, String method, String path, String body) throws IOException {
        var length = body.getBytes(StandardCharsets.UTF_8).length;
        return client.send(method + " " + path + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "
                        + "a-token-for-scenarios\r\n"
                        + (length == 0 ? "" : "Content-Type: application/json\r\nContent-Length: " + length + "\r\n")
                        + "\r\n" + body)
                .read();
    }

    private void beat() {
        while (!over) {
            try (var client = RawClient.connect(port)) {
                while (!over) {
                    for (var id : alive) {
                        if (random.nextDouble() >= lost) {
                            ask(client, "PUT", SERVICE + "/instances/" + id + "/heartbeat", "");
                        }
                    }
                    Thread.sleep(ttlMillis / 3);
                }
            } catch (IOException again) {
                // a connection that was closed is a lost heartbeat
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    @Override
    public void close() {
        over = true;
    }
}
