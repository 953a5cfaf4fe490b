package gatehouse.listener;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.impl.headers.HeadersMultiMap;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** In how many writes an answer goes out; its bytes are shown over sockets. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class ResponseEncoderTest {
    private final Door door = Doors.plain();
    private final EmbeddedChannel channel = new EmbeddedChannel();

    @BeforeEach
    void stand_behind_a_connection() {
        var decoder = new RequestDecoder(new HttpServerOptions(), door, new HeadTimes(door).accepted(channel));
        channel.pipeline().addLast(decoder, new ResponseEncoder(decoder));
    }

    @AfterEach
    void close() {
        channel.finishAndReleaseAll();
    }

    private List<String> answer(String method, int length) {
        channel.writeInbound(
                Unpooled.copiedBuffer(method + " / HTTP/1.1\r\nHost: a\r\n\r\n", StandardCharsets.ISO_8859_1));
        var fields = HeadersMultiMap.httpHeaders();
        fields.add("Content-Length", Integer.toString(length)).add("Via", "1.1 gatehouse".repeat(30));
        channel.writeOutbound(new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1,
                HttpResponseStatus.OK,
                Unpooled.copiedBuffer("x".repeat(length), StandardCharsets.ISO_8859_1),
                fields,
                HeadersMultiMap.httpHeaders()));
        return channel.outboundMessages().stream()
                .map(bytes -> ((ByteBuf) bytes).toString(StandardCharsets.ISO_8859_1))
                .toList();
    }

    @ParameterizedTest
    @CsvSource({"0, 1", "1, 1", "150, 1", "2048, 1", "2049, 2", "100000, 2"})
    void a_short_body_goes_out_with_its_head(int length, int writes) {
        var pieces = answer("GET", length);

        assertThat(pieces).hasSize(writes);
        assertThat(String.join("", pieces)).startsWith("HTTP/1.1 200 OK\r\n").endsWith("\r\n\r\n" + "x".repeat(length));
    }

    @Test
    void the_answer_to_a_HEAD_has_no_body_whatever_its_fields_say() {
        assertThat(String.join("", answer("HEAD", 150)))
                .contains("Content-Length: 150\r\n")
                .endsWith("\r\n\r\n");
    }
}
