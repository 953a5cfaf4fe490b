package gatehouse.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.config.CallerKey;
import java.util.Map;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Numbers that nodes must agree on, whatever their version: they share limits and canaries by them. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class CallerHashTest {
    /** Under the key of bytes 0, 1, 2 and so on, of as many bytes that count up likewise. */
    @ParameterizedTest(name = "of {0} bytes")
    @CsvSource({
        "0, 726fdb47dd0e0e31",
        "2, 0d6c8009d9a94f5a",
        "4, cf2794e0277187b7",
        "6, cbc9466e58fee3ce",
        "8, 93f5f5799a932462",
    })
    void it_is_SipHash_2_4_as_its_authors_publish_it(int bytes, String expected) {
        var text = new StringBuilder();
        for (var i = 0; i < bytes; i += 2) {
            text.append((char) (i | (i + 1) << 8));
        }
        assertThat(Long.toHexString(CallerHash.sip(text.toString(), 0x0706050403020100L, 0x0f0e0d0c0b0a0908L)))
                .isEqualTo(Long.toHexString(Long.parseUnsignedLong(expected, 16)));
    }

    private static long of(String client) {
        var head = TrialRequest.of("web", "GET", "http://x/", Map.of(), client);
        return new CallerHash(CallerKey.parse("ip"), 1, 2).of(head);
    }

    @ParameterizedTest(name = "{0} and {1}: {2}")
    @CsvSource({
        "10.1.2.3, ::ffff:10.1.2.3, true",
        "10.1.2.3, ::ffff:a01:203, true",
        "10.1.2.3, 10.1.2.4, false",
        "2001:db8:1:2::1, 2001:db8:1:2:ffff::9, true",
        "2001:db8:1:2::1, 2001:db8:1:3::1, false",
        "0.0.0.0, ::, false",
        "unknown, nobody, false"
    })
    void an_address_of_IPv4_is_one_caller_and_a_64_of_IPv6(String one, String other, boolean same) {
        assertThat(of(one) == of(other)).isEqualTo(same);
    }

    @Test
    void an_address_has_the_number_that_it_always_had() {
        assertThat(of("10.1.2.3")).isEqualTo(reference(0x0a010203L, 4));
        assertThat(of("2001:db8:1:2::1")).isEqualTo(reference(0x20010db800010002L, 8));
    }

    /** Of one word and the length behind it, as text: four characters of it, and an end that says how many bytes there are. */
    private static long reference(long word, int bytes) {
        var v = new long[] {
            1 ^ 0x6970L ^ 0x736f6d6570736575L,
            2 ^ 0x646f72616e646f6dL,
            1 ^ 0x6970L ^ 0x6c7967656e657261L,
            2 ^ 0x7465646279746573L
        };
        for (var next : new long[] {word, (long) bytes << 56}) {
            v[3] ^= next;
            rounds(v, 2);
            v[0] ^= next;
        }
        v[2] ^= 0xff;
        rounds(v, 4);
        return v[0] ^ v[1] ^ v[2] ^ v[3];
    }

    private static void rounds(long[] v, int count) {
        for (var i = 0; i < count; i++) {
            v[0] += v[1];
            v[1] = Long.rotateLeft(v[1], 13) ^ v[0];
            v[0] = Long.rotateLeft(v[0], 32);
            v[2] += v[3];
            v[3] = Long.rotateLeft(v[3], 16) ^ v[2];
            v[0] += v[3];
            v[3] = Long.rotateLeft(v[3], 21) ^ v[0];
            v[2] += v[1];
            v[1] = Long.rotateLeft(v[1], 17) ^ v[2];
            v[2] = Long.rotateLeft(v[2], 32);
        }
    }
}
