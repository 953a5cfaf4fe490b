package gatehouse.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** In how many pieces a call goes over the wire. */
class CallPiecesTest extends CallCase {
    private static final int CALLS = 20;

    CallPiecesTest() {
        super("""
                routes: { any: { match: { grpc: t.Any }, to: origin } }
                """);
    }

    /** Counts what comes at once on a connection. */
    @ChannelHandler.Sharable
    private static final class Pieces extends ChannelInboundHandlerAdapter {
        private final AtomicInteger count = new AtomicInteger();

        void on(HttpConnection connection) {
            var pipeline = ((ConnectionBase) connection).channel().pipeline();
            if (pipeline.get(Pieces.class) == null) {
                pipeline.addFirst(this);
            }
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            count.incrementAndGet();
            context.fireChannelRead(message);
        }
    }

    @Test
    void head_message_and_end_go_to_the_service_together() throws Exception {
        var asked = new Pieces();
        script = request -> {
            asked.on(request.connection());
            echo(request);
        };
        client.call("/t.Any/Get");
        asked.count.set(0);
        for (var i = 0; i < CALLS; i++) {
            assertThat(client.call("/t.Any/Get").status()).isEqualTo("0");
        }
        assertThat(asked.count.get()).isLessThan(CALLS + CALLS / 4);
    }
}
