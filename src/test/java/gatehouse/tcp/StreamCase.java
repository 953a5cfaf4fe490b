package gatehouse.tcp;

import gatehouse.testing.RawClient;
import gatehouse.testing.TestGateway;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A server behind a gateway that passes bytes on. */
abstract class StreamCase {
    Peer peer;

    @BeforeEach
    void listen() throws Exception {
        peer = new Peer("");
    }

    @AfterEach
    void close() throws Exception {
        peer.close();
    }

    /** A gateway with these keys on listener, service and route. */
    TestGateway gateway(String listener, String service, String route) throws Exception {
        return TestGateway.startWithStreams("""
                accessLog: { file: access.log }
                node: { drain: { tcp: 5s } }
                listeners: { db: { listen: "127.0.0.1:0", protocols: [tcp] %s } }
                services: { db: { %s } }
                routes: { db: { match: { listener: db }, to: db %s } }
                """.formatted(listener, service, route));
    }

    TestGateway gateway() throws Exception {
        return gateway("", "targets: \"" + peer.url() + "\"", "");
    }

    static RawClient connect(TestGateway gateway) throws IOException {
        return RawClient.connect(gateway.port("db"));
    }
}
