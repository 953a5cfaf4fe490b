package gatehouse.policy.auth;

import gatehouse.testing.OriginCase;
import gatehouse.testing.RawOrigin;
import gatehouse.testing.TestGateway;
import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;

/** Tests of another service that says who may come in, and answers as each of them says. */
@SuppressWarnings("NullAway.Init")
abstract class DoorCase extends OriginCase {
    private final RawOrigin.Script usual;

    /** Who is asked. */
    RawOrigin door;

    /** What it answers. */
    volatile RawOrigin.Script answer;

    /** By this answer, for tests that say nothing of it. */
    DoorCase(RawOrigin.Script usual) {
        this.usual = usual;
    }

    @Override
    protected TestGateway before(RawOrigin origin) throws Exception {
        door = RawOrigin.answering(exchange -> answer.answer(exchange));
        return between(origin);
    }

    /** Starts the gateway that asks at the door and passes on to this origin. */
    abstract TestGateway between(RawOrigin origin) throws Exception;

    @AfterAll
    void close() throws IOException {
        door.close();
    }

    @BeforeEach
    void the_door_answers_as_usual() {
        answer = usual;
    }
}
