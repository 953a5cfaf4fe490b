package gatehouse.testing;

import gatehouse.cluster.Alone;
import gatehouse.cluster.Cluster;
import gatehouse.cluster.Joined;
import gatehouse.config.ConfigException;
import gatehouse.config.Overrides;
import gatehouse.launch.Manifest;
import gatehouse.launch.Node;
import gatehouse.launch.Polls;
import gatehouse.snapshot.Blueprint;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.transport.Transport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/** A whole gateway on free ports, started from a configuration as an operator would write it. */
public final class TestGateway implements AutoCloseable {
    private static final Queue<Path> HOMES = new ConcurrentLinkedQueue<>();

    private final Vertx vertx;
    private final Path home;
    private final Node node;

    private TestGateway(Vertx vertx, Path home, Node node) {
        this.vertx = vertx;
        this.home = home;
        this.node = node;
    }

    /**
     * Starts a gateway with one listener {@code web} on a free port; version, listeners and admin need not stand in the
     * text.
     *
     * @param text services, routes and whatever else is wanted; {@code %s} stand for the arguments
     */
    public static TestGateway start(String text, Object... arguments) throws Exception {
        return startOn(2, text, arguments);
    }

    /** As {@link #start}, on so many event loops. */
    public static TestGateway startOn(int eventLoops, String text, Object... arguments) throws Exception {
        return start(eventLoops, List.of("http"), text, arguments);
    }

    /** As {@link #start}, with the admin API; on a free port unless the text has an {@code admin} section. */
    public static TestGateway startWithAdmin(String text, Object... arguments) throws Exception {
        return start(2, List.of("http", "admin"), text, arguments);
    }

    /** As {@link #startWithAdmin}, with what carries WebSockets; its listener takes them unless the text has listeners. */
    public static TestGateway startWithSockets(String text, Object... arguments) throws Exception {
        var listeners = text.contains("listeners:")
                ? ""
                : "listeners: { web: { listen: \"127.0.0.1:0\", protocols: [http1, h2c, websocket] } }\n";
        return start(2, List.of("http", "ws", "admin"), listeners + text, arguments);
    }

    /** As {@link #startWithAdmin}, with the registry. */
    public static TestGateway startWithRegistry(String text, Object... arguments) throws Exception {
        return start(2, List.of("registry", "http", "admin"), text, arguments);
    }

    /** As {@link #start}, as if the verticle that serves were still to come. */
    public static TestGateway startUnserved(String text, Object... arguments) throws Exception {
        return start(2, List.of("admin"), text, arguments);
    }

    /** As {@link #start}, with what refreshes the response cache. */
    public static TestGateway startWithRefresh(String text, Object... arguments) throws Exception {
        return start(2, List.of("cache", "http"), text, arguments);
    }

    /** As {@link #start}, with what passes on bytes. */
    public static TestGateway startWithStreams(String text, Object... arguments) throws Exception {
        return start(2, List.of("http", "tcp"), text, arguments);
    }

    /** As {@link #startWithRegistry}, with what passes on bytes. */
    public static TestGateway startWithRegistryAndStreams(String text, Object... arguments) throws Exception {
        return start(2, List.of("registry", "http", "tcp", "admin"), text, arguments);
    }

    /** As {@link #start}, with what speaks gRPC. */
    public static TestGateway startWithGrpc(String text, Object... arguments) throws Exception {
        return start(2, List.of("http", "grpc"), text, arguments);
    }

    /** As {@link #startWithSockets}, with every verticle that there is. */
    public static TestGateway startWhole(String text, Object... arguments) throws Exception {
        return start(2, List.copyOf(Manifest.builtIn().verticles().keySet()), text, arguments);
    }

    private static TestGateway start(int eventLoops, List<String> verticles, String text, Object... arguments)
            throws Exception {
        var home = Files.createTempDirectory("gatehouse-test");
        HOMES.add(home);
        Blueprint blueprint;
        try {
            blueprint = Blueprint.parse("test.yaml", whole(text.formatted(arguments)), home, Overrides.NONE);
        } catch (ConfigException e) {
            delete(home);
            throw e;
        }
        var vertx = vertx(eventLoops);
        return start(vertx, new Alone(vertx, "test"), home, blueprint, eventLoops, verticles);
    }

    /**
     * As {@link #startWithAdmin}, as a member of a cluster; closing it does not end the membership.
     *
     * @param member who has not begun yet
     */
    public static TestGateway startAmong(Joined member, String text, Object... arguments) throws Exception {
        var home = Files.createTempDirectory("gatehouse-test");
        HOMES.add(home);
        var blueprint = Blueprint.parse("test.yaml", whole(text.formatted(arguments)), home, Overrides.NONE);
        return start(Members.vertx(member), member, home, blueprint, 1, List.of("http", "ws", "admin"));
    }

    private static TestGateway start(
            Vertx vertx, Cluster cluster, Path home, Blueprint blueprint, int eventLoops, List<String> verticles)
            throws Exception {
        var entries = new LinkedHashMap<>(Manifest.builtIn().verticles());
        entries.keySet().retainAll(verticles);
        try {
            return new TestGateway(
                    vertx,
                    home,
                    await(Node.start(vertx, cluster, home, blueprint, new Manifest(null, entries), eventLoops)));
        } catch (ExecutionException e) {
            await(vertx.close());
            delete(home);
            throw e;
        }
    }

    /** Folders of gateways that were never closed, once each. */
    static List<Path> takeLeft() {
        var left = HOMES.stream().filter(Files::exists).toList();
        HOMES.clear();
        return left;
    }

    /** With all that is in it. */
    private static void delete(Path folder) {
        try (var files = Files.walk(folder)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String whole(String text) {
        var whole = new StringBuilder(text.contains("version:") ? "" : "version: 1\n");
        if (!text.contains("listeners:")) {
            whole.append("listeners: { web: \"127.0.0.1:0\" }\n");
        }
        if (!text.contains("admin:")) {
            whole.append("admin: { listen: \"127.0.0.1:0\" }\n");
        }
        return whole.append(text).toString();
    }

    /** Driven as a node is by default, or as {@code -Dtransport=} says. */
    private static Vertx vertx(int eventLoops) {
        var inOrder = switch (System.getProperty("transport", "epoll")) {
            case "nio" -> Stream.of(Transport.NIO);
            case "io_uring" -> Stream.of(Transport.IO_URING, Transport.EPOLL, Transport.NIO);
            default -> Stream.of(Transport.EPOLL, Transport.NIO);
        };
        var transport = inOrder.filter(one -> one != null && one.available())
                .findFirst()
                .orElseThrow();
        return Vertx.builder()
                .with(new VertxOptions().setEventLoopPoolSize(eventLoops))
                .withTransport(transport == Transport.EPOLL ? Polls.transport() : transport)
                .build();
    }

    /** Puts another configuration in force. */
    public void reload(String text, Object... arguments) throws Exception {
        try {
            await(node.reload(Blueprint.parse("test.yaml", whole(text.formatted(arguments)), home, Overrides.NONE)));
        } catch (ConfigException e) {
            node.rejected(e);
            throw e;
        }
    }

    /** Port of the listener {@code web}. */
    public int port() {
        return port("web");
    }

    /** Port of a listener. */
    public int port(String listener) {
        return node.ports().get(listener);
    }

    /** Port of the admin API. */
    public int adminPort() {
        return node.adminPort();
    }

    /** Port of the registry's bridge. */
    public int bridgePort() {
        return node.bridgePort();
    }

    /** The node. */
    public Node node() {
        return node;
    }

    /** Its Vert.x. */
    public Vertx vertx() {
        return vertx;
    }

    /** Folder of the files it reads and writes. */
    public Path home() {
        return home;
    }

    /** A connection to the listener {@code web}. */
    public RawClient client() throws IOException {
        return RawClient.connect(port());
    }

    /** Waits for a future, at most 60 s. */
    public static <T> T await(Future<T> future) throws ExecutionException, InterruptedException, TimeoutException {
        return future.toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        try {
            await(node.stop());
            await(vertx.close());
        } catch (InterruptedException | ExecutionException | TimeoutException e) {
            throw new IllegalStateException("the gateway did not stop", e);
        } finally {
            delete(home);
        }
    }
}
