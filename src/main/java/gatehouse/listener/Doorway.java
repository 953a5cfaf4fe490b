package gatehouse.listener;

import gatehouse.exchange.HeapContent;
import gatehouse.listener.HeadTimes.Entry;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.impl.Http1xOrH2CHandler;
import io.vertx.core.http.impl.HttpServerImpl;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.internal.VertxWrapper;
import io.vertx.core.internal.net.NetSocketInternal;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.impl.NetServerImpl;
import io.vertx.core.net.impl.NetServerInternal;
import java.util.function.Consumer;

/**
 * Makes servers whose connections are met where they are accepted, before Vert.x hands out a first request: HTTP/1.x is
 * read by {@link RequestDecoder}, the time of header sections is kept, and {@code Upgrade: h2c} is ignored. Vert.x would
 * answer that upgrade with 101 by itself where HTTP/2 by prior knowledge is switched on; RFC 9113 §3.1 has taken it back,
 * and it leads around whatever looks at HTTP/1.1.
 */
final class Doorway extends VertxWrapper {
    private static final String DECODER = "httpDecoder";
    private static final String ENCODER = "httpEncoder";

    private final HttpServerOptions http;
    private final Door door;
    private final HeadTimes heads;
    private final Entrance entrance;
    private final Consumer<Channel> accepted;

    private Doorway(
            VertxInternal vertx, HttpServerOptions http, Door door, Entrance entrance, Consumer<Channel> accepted) {
        super(vertx);
        this.http = http;
        this.door = door;
        this.heads = new HeadTimes(door);
        this.entrance = entrance;
        this.accepted = accepted;
    }

    /**
     * A server.
     *
     * @param accepted gets the channel of each connection, on its event loop
     */
    static HttpServer server(
            Vertx vertx, HttpServerOptions options, Door door, Entrance entrance, Consumer<Channel> accepted) {
        return new HttpServerImpl(new Doorway((VertxInternal) vertx, options, door, entrance, accepted), options);
    }

    @Override
    public NetServerInternal createNetServer(NetServerOptions options) {
        return new NetServerImpl(delegate, options.copy().setSsl(false)) { // the entrance encrypts
            @Override
            public NetServerInternal connectHandler(Handler<NetSocket> handler) {
                return super.connectHandler(socket -> {
                    var channel =
                            ((NetSocketInternal) socket).channelHandlerContext().channel();
                    entrance.pass(channel, door.config().limits().headerTime(), () -> {
                        accepted.accept(channel);
                        handler.handle(socket);
                        meet(channel.pipeline(), heads.accepted(channel));
                    });
                });
            }
        };
    }

    private void meet(ChannelPipeline pipeline, Entry head) {
        var choice = pipeline.context(Http1xOrH2CHandler.class);
        if (choice != null) {
            pipeline.addAfter(choice.name(), null, new Chosen(head));
        } else {
            speakHttp1(pipeline, head);
        }
    }

    /** Puts our codec in the place of the one that Vert.x has put there, which has not seen a byte yet. */
    private void speakHttp1(ChannelPipeline pipeline, Entry head) {
        if (pipeline.get(DECODER) == null) {
            return;
        }
        var decoder = new RequestDecoder(http, door, head);
        var answers = new AnswerWatch(decoder);
        decoder.answeredBy(answers);
        pipeline.replace(DECODER, DECODER, decoder);
        pipeline.addAfter(DECODER, null, HeapContent.INSTANCE);
        pipeline.replace(ENCODER, ENCODER, new ResponseEncoder(decoder));
        pipeline.addAfter(ENCODER, null, answers);
    }

    /** Stands where the first bytes go once they have told HTTP/1.1 from HTTP/2 and the handlers of either are in place. */
    private final class Chosen extends ChannelInboundHandlerAdapter {
        private final Entry head;

        private Chosen(Entry head) {
            this.head = head;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object bytes) {
            speakHttp1(context.pipeline(), head);
            context.fireChannelRead(bytes);
            context.pipeline().remove(this);
        }
    }
}
