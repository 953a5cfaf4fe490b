package gatehouse.listener;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import io.vertx.core.http.HttpServerOptions;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What would take long over sockets; the rest is shown over them. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class RequestDecoderTest {
    private final Door door = Doors.plain();
    private final EmbeddedChannel channel = new EmbeddedChannel();

    @BeforeEach
    void stand_behind_a_connection() {
        channel.pipeline()
                .addLast(new RequestDecoder(new HttpServerOptions(), door, new HeadTimes(door).accepted(channel)));
    }

    @AfterEach
    void close() {
        channel.finishAndReleaseAll();
    }

    private void send(String text) {
        channel.writeInbound(Unpooled.copiedBuffer(text, StandardCharsets.ISO_8859_1));
    }

    /** How many messages came out; whether the last one ends the body, and well. */
    private String received() {
        var count = 0;
        HttpObject last = null;
        for (HttpObject next = channel.readInbound(); next != null; next = channel.readInbound()) {
            last = next;
            count++;
            ReferenceCountUtil.release(next);
        }
        var end = last instanceof LastHttpContent ? " end" : "";
        return count + end + (last != null && last.decoderResult().isFailure() ? " broken" : "");
    }

    @ParameterizedTest(name = "{0} chunks of {1}")
    @CsvSource({
        "1, 99999, 100001 end",
        "1, 110000, 101589 end broken",
        "64, 150000, 150002 end",
        "10, 130000, 118520 end broken"
    })
    void a_body_in_masses_of_tiny_chunks_is_refused(int size, int chunks, String outcome) {
        send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
        var chunk = Integer.toHexString(size) + "\r\n" + "a".repeat(size) + "\r\n";
        for (var sent = 0; sent < chunks; sent++) {
            send(chunk);
        }
        send("0\r\n\r\n");
        assertThat(received()).isEqualTo(outcome);
    }

    @Test
    void nothing_more_is_read_as_soon_as_bytes_of_the_next_request_wait() {
        var request = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
        channel.pipeline().fireChannelRead(Unpooled.copiedBuffer(request, StandardCharsets.US_ASCII));
        assertThat(channel.config().isAutoRead()).isTrue();
        channel.pipeline().fireChannelRead(Unpooled.copiedBuffer("GE", StandardCharsets.US_ASCII));
        assertThat(channel.config().isAutoRead()).isFalse();
        channel.pipeline().fireChannelReadComplete();
        channel.pipeline().get(RequestDecoder.class).answerEnds();
        channel.runPendingTasks();
        assertThat(channel.config().isAutoRead()).isTrue();
    }

    @Test
    void the_next_request_stays_bytes_until_the_one_before_is_answered() {
        var request = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
        send(request + request + "GET / HT");
        assertThat(received()).isEqualTo("2 end");
        channel.pipeline().get(RequestDecoder.class).answerEnds();
        channel.runPendingTasks();
        assertThat(received()).isEqualTo("2 end");
        send("TP/1.1\r\nHost: a\r\n\r\n");
        assertThat(received()).isEqualTo("0");
        channel.pipeline().get(RequestDecoder.class).answerEnds();
        channel.runPendingTasks();
        assertThat(received()).isEqualTo("2 end");
    }
}
