package gatehouse.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.http.HttpHeaders;
import java.util.List;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class StoredTest {
    @Test
    void what_a_client_chose_it_by_is_a_part_of_its_weight() {
        var said = HttpHeaders.headers().add("x-foo", "x".repeat(8000));
        var origin = new Stored.Origin(
                "r".repeat(1000), Selection.of(List.of("x-foo"), said), List.of("t".repeat(500)), 0, 0, 1, 0);
        var lifetime = new Lifetime(0, 1, 0, 0, false, false, List.of());
        var head = Stored.Head.of(200, null, HttpHeaders.headers(), lifetime);

        assertThat(new Stored(origin, head, Payload.EMPTY).weight()).isGreaterThan(9500);
    }
}
