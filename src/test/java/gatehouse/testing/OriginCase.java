package gatehouse.testing;

import gatehouse.testing.RawOrigin.Script;
import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.TestInstance;

/** Tests that share a gateway before one origin, which answers as each of them says. */
@DisplayNameGeneration(ReplaceUnderscores.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init")
public abstract class OriginCase {
    /** The origin. */
    protected RawOrigin origin;

    /** The gateway before it. */
    protected TestGateway gateway;

    /** How the origin answers; before each test as {@link #usually}. */
    protected volatile Script script;

    /** Starts the gateway before this origin. */
    protected abstract TestGateway before(RawOrigin origin) throws Exception;

    /** How the origin answers a test that says nothing of it: 200 and {@code fine}. */
    protected Script usually() {
        return Answers.ok("fine");
    }

    @BeforeAll
    void start() throws Exception {
        origin = RawOrigin.answering(exchange -> script.answer(exchange));
        gateway = before(origin);
    }

    @AfterAll
    void stop() throws IOException {
        gateway.close();
        origin.close();
    }

    @BeforeEach
    void the_origin_answers_as_usual() {
        script = usually();
    }

    /** Gets this on a connection of its own. */
    protected RawResponse get(String target, String... fields) throws IOException {
        return RawClient.get(gateway.port(), target, fields);
    }

    /** Sends a request without a body on a connection of its own, and reads the answer. */
    protected RawResponse send(String method, String target, String... fields) throws IOException {
        try (var client = gateway.client()) {
            return client.send(RawClient.request(method, target, fields)).read(method);
        }
    }
}
