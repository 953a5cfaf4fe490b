package gatehouse.grpc;

import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import gatehouse.testing.TestGateway;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Tests of calls made of JSON, to a service {@code books} with the schema of {@link Books} that does as each of them says. */
@DisplayNameGeneration(ReplaceUnderscores.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init")
abstract class JsonCase {
    private static final String SERVICE =
            "services: { books: { targets: \"http://127.0.0.1:%1$d\", protocol: grpc, health: { passive: null } } }\n";

    @TempDir
    static Path folder;

    private final String routes;
    private final FileDescriptorSet schema;
    private Vertx vertx;

    TestGateway gateway;

    /** What the service does with a request. */
    volatile Handler<HttpServerRequest> script;

    /** How often the service was asked. */
    final AtomicInteger asked = new AtomicInteger();

    /** On these routes; {@code %2$s} is the file of the schema. */
    JsonCase(String routes) {
        this(routes, Books.descriptors());
    }

    JsonCase(String routes, FileDescriptorSet schema) {
        this.routes = routes;
        this.schema = schema;
    }

    @BeforeAll
    void start() throws Exception {
        vertx = Vertx.vertx();
        var origin = CallCase.listen(vertx, request -> {
            asked.incrementAndGet();
            script.handle(request);
        });
        gateway = TestGateway.startWithGrpc(SERVICE + routes, origin.actualPort(), Books.written(schema, folder));
    }

    @AfterAll
    void stop() throws Exception {
        gateway.close();
        TestGateway.await(vertx.close());
    }

    @BeforeEach
    void the_service_echoes() {
        script = CallCase::echo;
        asked.set(0);
    }
}
