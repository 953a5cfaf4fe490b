package gatehouse.admin;

import static gatehouse.admin.AdminClient.JSON;
import static gatehouse.admin.AdminClient.bearer;

import gatehouse.testing.RawResponse;
import gatehouse.testing.TestGateway;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;

/** A gateway with a registry that three roles may ask, each test with instances of its own. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class RegistryCase {
    static final String OPS = "token-that-may-do-all";
    static final String ORDERS = "token-of-the-orders-service";
    static final String READER = "token-that-only-reads";

    TestGateway gateway;
    AdminClient admin;

    @BeforeAll
    void start() throws Exception {
        gateway = TestGateway.startWithRegistry("""
                admin:
                  listen: "127.0.0.1:0"
                  tokens:
                    ops: { value: %s, role: admin }
                    orders: { value: %s, role: register }
                    reader: { value: %s, role: read }
                registry: { limits: { writes: 10000 } }
                """, OPS, ORDERS, READER);
        admin = AdminClient.of(gateway);
    }

    @AfterAll
    void stop() {
        gateway.close();
    }

    /** An instance that nobody else uses. */
    static String path() {
        return service() + "/instances/a";
    }

    /** A service that nobody else uses. */
    static String service() {
        return "/registry/v1/default/services/s-" + UUID.randomUUID();
    }

    RawResponse put(String path, String body) throws Exception {
        return ask("PUT", path, body, JSON);
    }

    /** Asks in the name of who may do all. */
    RawResponse ask(String method, String path, String body, String... fields) throws Exception {
        var all = new String[fields.length + 1];
        System.arraycopy(fields, 0, all, 0, fields.length);
        all[fields.length] = bearer(OPS);
        return admin.send(method, path, body, all);
    }
}
