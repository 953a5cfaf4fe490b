package gatehouse.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class AnswerGuardTest {
    private final AnswerGuard guard = new AnswerGuard();
    private final EmbeddedChannel channel = new EmbeddedChannel(StrictResponseDecoder.codec(guard), guard);

    @BeforeEach
    void ask() {
        guard.asked();
    }

    private void comes(String text) {
        channel.writeInbound(Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII));
    }

    private boolean isWhole() {
        var whole = false;
        for (Object message = channel.readInbound(); message != null; message = channel.readInbound()) {
            whole |= message instanceof LastHttpContent;
            ReferenceCountUtil.release(message);
        }
        return whole;
    }

    @Test
    void an_answer_without_a_length_ends_with_its_connection_RFC_9112_6_3() {
        comes("HTTP/1.1 200 OK\r\n\r\nbeginning");
        channel.unsafe().close(channel.voidPromise()); // as when nothing more comes
        assertThat(isWhole()).isTrue();
    }

    @Test
    void but_not_where_it_is_this_side_that_closes_it() {
        comes("HTTP/1.1 200 OK\r\n\r\nbeginning");
        channel.close();
        assertThat(isWhole()).isFalse();
    }

    @Test
    void an_answer_that_came_whole_before_stays_so() {
        comes("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nall");
        channel.close();
        assertThat(isWhole()).isTrue();
    }

    @Test
    void what_comes_behind_it_is_not_read_and_ends_the_connection() {
        comes("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nall");
        assertThat(isWhole()).isTrue();
        comes("H");
        assertThat(channel.isOpen()).isFalse();
        assertThat(channel.inboundMessages()).isEmpty();
    }
}
