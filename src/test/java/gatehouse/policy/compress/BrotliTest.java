package gatehouse.policy.compress;

import static org.assertj.core.api.Assertions.assertThat;

import com.aayushatharva.brotli4j.decoder.BrotliInputStream;
import com.aayushatharva.brotli4j.decoder.DecoderJNI;
import gatehouse.testing.Answers;
import gatehouse.testing.OriginCase;
import gatehouse.testing.RawOrigin;
import gatehouse.testing.RawResponse;
import gatehouse.testing.TestGateway;
import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Answers in brotli, for who takes it and where a route says so. */
class BrotliTest extends OriginCase {
    private static final String TEXT = "all work and no play makes a gate a dull gate\n".repeat(500);

    @Override
    protected TestGateway before(RawOrigin origin) throws Exception {
        return TestGateway.start("""
                services: { origin: { targets: "%s" } }
                routes:
                  both: { match: { path: "/both" }, to: origin, compress: { brotli: 4 } }
                  gzip: { match: { path: "/gzip" }, to: origin, compress: { } }
                """, origin.url());
    }

    private RawResponse coded(String target, String accept) throws IOException {
        return get(target, "Accept-Encoding: " + accept);
    }

    private static byte[] unpacked(byte[] packed) throws IOException {
        return new BrotliInputStream(new ByteArrayInputStream(packed)).readAllBytes();
    }

    @Test
    void text_becomes_smaller_and_is_another_representation() throws IOException {
        assertThat(Brotli.isThere()).isTrue();
        script = Answers.status("200 OK", TEXT, "Content-Type: text/plain", "ETag: \"1\"");
        var answer = coded("/both", "gzip, deflate, br");
        assertThat(answer.header("Content-Encoding")).isEqualTo("br");
        assertThat(answer.header("Vary")).isEqualTo("Accept-Encoding");
        assertThat(answer.header("ETag")).isEqualTo("W/\"1\"");
        assertThat(answer.isComplete()).isTrue();
        assertThat(answer.body().bytes().length).isLessThan(TEXT.length() / 10);
        assertThat(new String(unpacked(answer.body().bytes()), StandardCharsets.UTF_8))
                .isEqualTo(TEXT);
    }

    @ParameterizedTest(name = "{0} on {1}: {2}")
    @CsvSource(
            delimiter = '|',
            value = {
                "br                  | /both | br",
                "br, gzip            | /both | br",
                "BR;q=0.5, gzip;q=0.5| /both | br",
                "br;q=0.4, gzip;q=0.5| /both | gzip",
                "br;q=0, gzip        | /both | gzip",
                "*                   | /both | gzip",
                "gzip                | /both | gzip",
                "br;q=0.5, identity  | /both |",
                "br                  | /gzip |",
                "br, gzip            | /gzip | gzip"
            })
    void the_client_and_the_route_decide(String accept, String path, String coding) throws IOException {
        script = Answers.status("200 OK", TEXT, "Content-Type: text/plain");
        assertThat(coded(path, accept).header("Content-Encoding")).isEqualTo(coding);
    }

    @Test
    void each_chunk_can_be_read_before_the_next_and_its_memory_is_given_back() throws IOException {
        var before = Packing.underWay();
        var random = new byte[300_000];
        new Random(7).nextBytes(random);
        var brotli = Brotli.of(4);
        var packed = Buffer.buffer();
        packed.appendBuffer(brotli.reshape(Buffer.buffer("the first"), false));
        var reader = new DecoderJNI.Wrapper(1024);
        reader.getInputBuffer().put(packed.getBytes());
        reader.push(packed.length());
        var read = reader.pull();
        assertThat(StandardCharsets.UTF_8.decode(read).toString()).isEqualTo("the first");
        reader.destroy();
        packed.appendBuffer(brotli.reshape(Buffer.buffer(random), false));
        packed.appendBuffer(brotli.reshape(Buffer.buffer(), true));
        assertThat(unpacked(packed.getBytes()))
                .isEqualTo(Buffer.buffer("the first").appendBytes(random).getBytes());
        assertThat(Packing.underWay()).isEqualTo(before);
        var given = Brotli.of(4);
        given.reshape(Buffer.buffer("half"), false);
        given.close();
        assertThat(given.reshape(Buffer.buffer("late"), true).length()).isZero();
        assertThat(Packing.underWay()).isEqualTo(before);
    }
}
