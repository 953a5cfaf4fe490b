package gatehouse.admin;

import gatehouse.testing.TestGateway;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.TestInstance;

/** Tests of the admin API that share one gateway. */
@DisplayNameGeneration(ReplaceUnderscores.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init")
abstract class AdminCase {
    private final String config;
    private final Object[] arguments;

    TestGateway gateway;
    AdminClient admin;

    /** On this configuration, in which {@code %s} stand for the arguments. */
    AdminCase(String config, Object... arguments) {
        this.config = config;
        this.arguments = arguments;
    }

    @BeforeAll
    void start() throws Exception {
        gateway = TestGateway.startWithAdmin(config, arguments);
        admin = AdminClient.of(gateway);
    }

    @AfterAll
    void stop() {
        gateway.close();
    }
}
