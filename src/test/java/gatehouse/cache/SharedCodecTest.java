package gatehouse.cache;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.cache.SharedCodec.Era;
import gatehouse.cache.SharedCodec.Into;
import gatehouse.problem.Problem;
import io.netty.util.AsciiString;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** The binary form of what nodes share. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class SharedCodecTest {
    private static final long S = 1_000_000_000L;
    private static final Era ERA = new Era(7, 0, -9);
    private static final Into INTO = new Into("route", 5, 1234, 1000 * S, 3 * S);

    private static Stored stored() {
        var lifetime = new Lifetime(2 * S, 60 * S, 10 * S, 20 * S, false, true, List.of("x-hidden"));
        var fields = List.of("Content-Type", "text/plain", "Vary", "A, B", "X", "\u00e9").stream()
                .map(AsciiString::of)
                .toList();
        return new Stored(
                new Stored.Origin(
                        "route",
                        Selection.given(List.of("a", "b"), Arrays.asList("1", null)),
                        List.of("tag"),
                        500 * S,
                        S / 3,
                        42,
                        1233),
                new Stored.Head(200, null, fields, lifetime, "\"etag\"", null),
                Payload.of(List.of(Buffer.buffer(new byte[] {0, -1, 5}))));
    }

    private static Buffer response() {
        return SharedCodec.encode(ERA, new Shared.Response(stored()), 510 * S);
    }

    @Test
    void a_response_comes_out_as_it_went_in_on_another_clock_and_as_old_as_it_is() {
        var decoded = SharedCodec.decode(response(), INTO);
        assertThat(decoded).isNotNull();
        assertThat(decoded.era()).isEqualTo(ERA);
        var read = ((Shared.Response) decoded.what()).stored();
        assertThat(read.head()).isEqualTo(stored().head());
        assertThat(read.origin().selection()).isEqualTo(stored().origin().selection());
        assertThat(read.origin().tags()).containsExactly("tag");
        assertThat(read.origin().generation()).isEqualTo(5);
        assertThat(read.origin().number()).isEqualTo(1234);
        assertThat(read.origin().tookNanos()).isEqualTo(S / 3);
        assertThat(read.payload().bytes().getBytes()).containsExactly(0, -1, 5);
        // 2 s when it came, 10 s on the other node, 3 s in the store
        assertThat(read.ageNanos(1000 * S)).isEqualTo(15 * S);
        assertThat(read.leftNanos(1000 * S)).isEqualTo(45 * S);
        assertThat(read.answers("route", HttpHeaders.headers().add("a", "1"))).isTrue();
        assertThat(read.answers("route", HttpHeaders.headers().add("a", "2"))).isFalse();
    }

    @Test
    void marks_come_out_as_they_went_in() {
        for (var what : List.of(new Shared.Uncacheable(false), new Shared.Uncacheable(true))) {
            var mark = SharedCodec.encode(ERA, what, 0);
            assertThat(SharedCodec.decode(mark, INTO).what()).isEqualTo(what);
        }
        var problem = Problem.badGateway("origin-failed", "It failed.")
                .with("Retry-After", "1")
                .withDetails("[{}]");
        var failure = SharedCodec.encode(ERA, new Shared.Failure(problem), 0);
        var read = ((Shared.Failure) SharedCodec.decode(failure, INTO).what()).problem();
        assertThat(read.status()).isEqualTo(502);
        assertThat(read.name()).isEqualTo("origin-failed");
        assertThat(read.headers()).containsEntry("Retry-After", "1");
        assertThat(read.details()).isEqualTo("[{}]");
    }

    @Test
    void what_is_of_another_version_is_nothing() {
        assertThat(SharedCodec.decode(response().setByte(0, (byte) 1), INTO)).isNull();
    }

    @Test
    void what_is_cut_or_goes_on_is_nothing() {
        var whole = response();
        for (var length = 0; length < whole.length(); length++) {
            assertThat(SharedCodec.decode(whole.getBuffer(0, length), INTO)).isNull();
            var lying = whole.getBuffer(0, length);
            if (length >= 5) {
                assertThat(SharedCodec.decode(lying.setInt(1, length), INTO)).isNull();
            }
        }
        assertThat(SharedCodec.decode(whole.copy().appendByte((byte) 0), INTO)).isNull();
        var longer = whole.copy().appendByte((byte) 0);
        assertThat(SharedCodec.decode(longer.setInt(1, longer.length()), INTO)).isNull();
    }

    @Test
    void whatever_stands_there_throws_nothing() {
        var random = new Random(1);
        for (var i = 0; i < 20_000; i++) {
            var bytes = response();
            for (var change = 0; change < 3; change++) {
                bytes.setByte(5 + random.nextInt(bytes.length() - 5), (byte) random.nextInt());
            }
            SharedCodec.decode(bytes, INTO); // or it throws
        }
    }
}
