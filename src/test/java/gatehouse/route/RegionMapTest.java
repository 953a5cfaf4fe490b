package gatehouse.route;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class RegionMapTest {
    @Test
    void a_piece_of_a_string_is_found_without_cutting_it_out() {
        var map = new RegionMap<>(Map.of("users", 1, "user", 2, "", 3));
        assertThat(map.get("/users/x", 1, 6)).isEqualTo(1);
        assertThat(map.get("/users/x", 1, 5)).isEqualTo(2);
        assertThat(map.get("/users/x", 1, 1)).isEqualTo(3);
        assertThat(map.get("/users/x", 0, 6)).isNull();
        assertThat(map.get("/users/x", 1, 8)).isNull();
    }

    @Test
    void an_empty_map_finds_nothing() {
        assertThat(new RegionMap<>(Map.of()).get("", 0, 0)).isNull();
    }

    @Test
    void keys_of_one_hash_are_told_apart() {
        var map = new RegionMap<>(Map.of("AaAa", 1, "BBBB", 2, "AaBB", 3));
        assertThat("AaAa".hashCode()).isEqualTo("BBBB".hashCode()).isEqualTo("BBAa".hashCode());
        assertThat(map.get("AaAa", 0, 4)).isEqualTo(1);
        assertThat(map.get("BBBB", 0, 4)).isEqualTo(2);
        assertThat(map.get("AaBB", 0, 4)).isEqualTo(3);
        assertThat(map.get("BBAa", 0, 4)).isNull();
    }

    @Test
    void all_of_ten_thousand_keys_are_found() {
        var keys = new HashMap<String, Integer>();
        for (var i = 0; i < 10_000; i++) {
            keys.put("service" + i, i);
        }
        var map = new RegionMap<>(keys);
        keys.forEach((key, value) -> assertThat(map.get(key, 0, key.length())).isEqualTo(value));
        assertThat(map.get("service10000", 0, 12)).isNull();
    }
}
