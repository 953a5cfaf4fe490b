package gatehouse.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class WeightsTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "gzip | 1000",
                "br, GZIP | 1000",
                "gzip;q=0.5 | 500",
                "gzip ; Q= 0.123 | 123",
                "gzip;level=9;q=0.25 | 250",
                "gzip;level=9 | 1000",
                "gzip;q=0, gzip | 0",
                "gzip;q= | 0",
                "gzip;q=2 | 0",
                "gzip;q=0.1234 | 0",
                "gzip;q=x | 0",
                "br;x=gzip | -1",
                "br;q=0.5,deflate | -1",
                "xgzip | -1"
            })
    void a_name_has_the_weight_that_stands_behind_it(String accept, int weight) {
        assertThat(Weights.of(accept, "gzip")).isEqualTo(weight);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "text/event-stream | 1000",
                "text/*;q=0.5, */* | 500",
                "text/html, */*;q=0.1 | 100",
                "text/event-stream;q=0, */* | 0",
                "text/event-stream;charset=utf-8;q=0.7 | 700",
                "application/json | 0"
            })
    void a_type_has_the_weight_of_the_nearest_range(String accept, int weight) {
        assertThat(Weights.ofType(List.of(accept), "text/event-stream")).isEqualTo(weight);
    }

    @Test
    void all_is_welcome_to_who_names_nothing_and_several_lines_are_one_list() {
        assertThat(Weights.ofType(List.of(), "text/event-stream")).isEqualTo(1000);
        assertThat(Weights.ofType(List.of("text/html", "text/*;q=0.3"), "text/event-stream"))
                .isEqualTo(300);
    }
}
