package gatehouse.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.buffer.Buffer;
import java.util.List;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class PayloadTest {
    @Test
    void where_there_is_no_memory_outside_of_the_heap_the_heap_has_to_do() {
        var pieces = List.of(Buffer.buffer("a".repeat(5000)), Buffer.buffer("b".repeat(5000)));
        var payload = Payload.of(pieces, length -> {
            throw new OutOfMemoryError("Cannot reserve " + length + " bytes of direct buffer memory");
        });
        assertThat(payload.bytes().toString()).isEqualTo("a".repeat(5000) + "b".repeat(5000));
    }
}
