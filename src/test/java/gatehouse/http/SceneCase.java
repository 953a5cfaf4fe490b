package gatehouse.http;

import gatehouse.testing.Answers;
import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.TestInstance;

/** Tests that share one scene, which must serve as ever after each of them. */
@DisplayNameGeneration(ReplaceUnderscores.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class SceneCase {
    private final String config;

    @SuppressWarnings("NullAway.Init")
    Scene scene;

    /** On the configuration of {@link Scene#start()}. */
    SceneCase() {
        this(Scene.ONE_CONNECTION);
    }

    /** On a configuration in which {@code %s} is the origin's address. */
    SceneCase(String config) {
        this.config = config;
    }

    @BeforeAll
    void start() throws Exception {
        scene = Scene.start(config);
    }

    @AfterAll
    void stop() throws IOException {
        scene.close();
    }

    @BeforeEach
    void the_origin_says_hello() {
        scene.answering(Answers.ok("hello"));
    }

    @AfterEach
    void the_next_request_is_served() throws IOException {
        scene.stillServes();
    }

    /** A connection that speaks HTTP/2. */
    RawHttp2 http2() throws IOException {
        return new RawHttp2(scene.client());
    }
}
