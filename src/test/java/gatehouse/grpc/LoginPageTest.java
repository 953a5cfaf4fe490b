package gatehouse.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.Answers;
import gatehouse.testing.RawOrigin;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** Callers whom an auth service would send to a page for logging in. */
class LoginPageTest extends CallCase {
    private static final RawOrigin DOOR = door();

    LoginPageTest() {
        super("""
                routes: { all: { match: { grpc: t.Any }, to: origin, auth: { external: "%s" } } }
                """.formatted(DOOR.url()));
    }

    private static RawOrigin door() {
        try {
            return RawOrigin.answering(Answers.status("302 Found", "", "Location: /login"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @AfterAll
    static void close() throws IOException {
        DOOR.close();
    }

    @Test
    void a_call_is_UNAUTHENTICATED_as_it_can_t_go_there() throws Exception {
        assertThat(client.call("/t.Any/Get").status()).isEqualTo("16");
        assertThat(requests).isEmpty();
    }
}
