package gatehouse.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** What stays of two records when nodes find together again. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class GreaterNumberTest {
    private static byte[] record(long number, long since, String text) {
        var bytes = text.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(CommonsStep.HEADER + bytes.length)
                .putLong(number)
                .putLong(since)
                .putLong(1000)
                .put(bytes)
                .array();
    }

    private static long number(byte[] record) {
        return ByteBuffer.wrap(record).getLong();
    }

    @Test
    void the_greater_number_stays_and_of_the_same_the_later_one() {
        var seven = record(7, 100, "12345678");
        var eight = record(8, 50, "12345678");
        var later = record(7, 101, "abcdefgh");
        assertThat(GreaterNumber.merge("a", seven, eight)).isSameAs(eight);
        assertThat(GreaterNumber.merge("a", eight, seven)).isSameAs(eight);
        assertThat(GreaterNumber.merge("a", later, seven)).isSameAs(later);
        assertThat(GreaterNumber.merge("a", seven, later)).isSameAs(later);
    }

    @Test
    void of_two_epochs_none_holds_any_more() {
        var one = record(7, 100, "12345678");
        var other = record(8, 50, "12345678");
        var merged = GreaterNumber.merge("epoch@s1", one, other);
        assertThat(number(merged)).isEqualTo(9);
        assertThat(merged).hasSameSizeAs(other).isNotEqualTo(other);
        assertThat(GreaterNumber.merge("epoch@s1", one, record(7, 90, "12345678")))
                .isSameAs(one);
        assertThat(number(GreaterNumber.merge("epoch@s1", one, record(7, 90, "abcdefgh"))))
                .isEqualTo(8);
    }
}
