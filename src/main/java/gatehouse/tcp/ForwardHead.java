package gatehouse.tcp;

import gatehouse.exchange.BrokenBody;
import gatehouse.exchange.Identity;
import gatehouse.exchange.RequestIds;
import gatehouse.listener.Door;
import gatehouse.policy.access.Access;
import gatehouse.problem.Problem;
import gatehouse.route.Match;
import gatehouse.snapshot.Route;
import gatehouse.snapshot.Snapshot;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpRequestEncoder;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import io.vertx.core.internal.VertxInternal;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The one request of a connection to the forward proxy: who asks, whether it may go where it wants, and its way there. The
 * name is resolved here, and what it resolves to is what is looked at and connected to.
 */
final class ForwardHead extends ChannelInboundHandlerAdapter {
    static final String DECODER = "decoder";

    private static final Duration CONNECT = Duration.ofSeconds(10);
    private static final int LINE = 8 * 1024;
    private static final int HEAD = 32 * 1024;
    private static final int CHUNK = 16 * 1024;

    private final VertxInternal vertx;
    private final Door door;
    private final Snapshot snapshot;
    private final Dialer dialer;
    private final Guesses guesses;
    private final Function<StreamFacts, Relay> begin;
    private final RequestIds ids;
    private final String client;
    private final ArrayDeque<Object> held = new ArrayDeque<>();
    private boolean taken;
    private boolean complete;
    private boolean tunnels;
    private boolean refused;
    private @Nullable Relay relay;

    ForwardHead(
            VertxInternal vertx,
            Door door,
            Snapshot snapshot,
            Dialer dialer,
            Guesses guesses,
            RequestIds ids,
            String client,
            Function<StreamFacts, Relay> begin) {
        this.vertx = vertx;
        this.door = door;
        this.snapshot = snapshot;
        this.dialer = dialer;
        this.guesses = guesses;
        this.ids = ids;
        this.client = client;
        this.begin = begin;
    }

    /** Puts it where the bytes of a connection go. */
    void receive(Channel connection) {
        connection.pipeline().replace("handler", "handler", this);
        connection.pipeline().addBefore("handler", DECODER, new HttpRequestDecoder(LINE, HEAD, CHUNK));
        var late = connection
                .eventLoop()
                .schedule(
                        () -> {
                            if (!taken) {
                                var unused = connection.close();
                            }
                        },
                        door.config().limits().headerTime().toMillis(),
                        TimeUnit.MILLISECONDS);
        connection.closeFuture().addListener(closed -> late.cancel(false));
        connection.read();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (!taken && message instanceof HttpRequest request) {
            taken = true;
            take(context.channel(), request);
            return;
        }
        if (message instanceof HttpObject part && part.decoderResult().isFailure()) {
            ReferenceCountUtil.release(message);
            if (relay != null) { // it is not on its way yet
                refuse(relay, BrokenBody.problem(part.decoderResult().cause()));
            }
        } else if (message instanceof LastHttpContent) {
            complete = true;
            held.add(message);
            context.pipeline().remove(DECODER); // what follows is bytes
        } else if (relay == null || (complete && !tunnels)) {
            ReferenceCountUtil.release(message);
        } else {
            held.add(message);
        }
    }

    /** Who sends no more has sent no request. */
    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (Goodbye.isIn(event) && !taken) {
            var unused = context.close();
        } else {
            ReferenceCountUtil.release(event);
        }
    }

    private void take(Channel connection, HttpRequest request) {
        var facts = new StreamFacts(ids.next(), door.name(), request.method().name(), client, "", Identity.NOBODY);
        Errand errand;
        ProxyCaller caller;
        try {
            if (request.decoderResult().isFailure()) {
                throw new IllegalArgumentException("no request");
            }
            if (!Errand.isSpoken(request.protocolVersion())) {
                refuse(begin.apply(facts), Problem.versionNotSupported());
                return;
            }
            errand = Errand.of(request);
            tunnels = errand.tunnel();
            caller = ProxyCaller.of(request, facts, door, snapshot, guesses);
            if (!tunnels) {
                errand.settle(request, snapshot.config().node().name());
                held.add(request);
            }
        } catch (IllegalArgumentException e) {
            refuse(begin.apply(facts), Problem.malformed("This is no request to a proxy: " + e.getMessage() + "."));
            return;
        }
        facts = new StreamFacts(
                facts.requestId(), door.name(), request.method().name(), client, errand.host(), caller.identity());
        facts.is(caller.identity().consumer());
        var begun = begin.apply(facts);
        relay = begun;
        var problem = caller.refusal() == null ? check(begun, errand) : caller.refusal();
        if (problem == null && !tunnels && Errand.endsHere(request)) {
            problem = Problem.notImplemented("This request must go no further, and is not answered here.");
        }
        if (problem == null) {
            resolve(begun, connection, errand);
        } else {
            refuse(begun, problem);
        }
    }

    private @Nullable Problem check(Relay begun, Errand errand) {
        var facts = begun.facts();
        if (!(snapshot.table(door.name()).find(facts) instanceof Match.Found<Route> found)) {
            return Problem.forbidden("The proxy does not lead to this host.");
        }
        facts.routedTo(found.name(), null);
        if (found.value().steps().get(Access.TYPE) instanceof Access access
                && !access.admits(facts, facts.identity())) {
            return Problem.forbidden("The caller may not do this.");
        }
        return door.config().forward().ports().contains(errand.to().port())
                ? null
                : Problem.forbidden("The proxy does not lead to this port.");
    }

    private void resolve(Relay begun, Channel connection, Errand errand) {
        vertx.nameResolver()
                .resolve(errand.to().host())
                .onComplete(found -> connection.eventLoop().execute(() -> {
                    if (found.failed()) {
                        refuse(begun, Problem.badGateway("name-not-resolved", "The host's name has no address."));
                    } else {
                        go(begun, connection, errand, found.result());
                    }
                }));
    }

    private void go(Relay begun, Channel connection, Errand errand, InetAddress address) {
        if (refused) {
            return;
        }
        if (!Reach.allows(address, door.config().forward().allow())) {
            refuse(begun, Problem.forbidden("The proxy does not lead to this address."));
            return;
        }
        begun.facts().asks(errand.to().authority());
        dialer.connect(
                new InetSocketAddress(address, errand.to().port()),
                connection,
                CONNECT,
                far -> join(begun, connection, errand, far),
                why -> refuse(begun, Problem.badGateway("not-connected", "The host can't be connected to.")));
    }

    private void join(Relay begun, Channel connection, Errand errand, Channel far) {
        if (refused || !connection.isActive()) {
            var unused = far.close();
            return;
        }
        var side = begun.far(far);
        if (errand.tunnel()) {
            write(connection, "HTTP/1.1 200 Connection established\r\n\r\n");
        } else {
            far.pipeline().addLast(new HttpRequestEncoder());
            if (!complete) {
                connection.pipeline().addAfter(DECODER, null, new OneRequest());
            }
        }
        far.pipeline().addLast(side);
        for (var message = held.poll(); message != null; message = held.poll()) {
            if (errand.tunnel() && !(message instanceof ByteBuf)) {
                ReferenceCountUtil.release(message);
            } else {
                begun.client().hold(message);
            }
        }
        connection.pipeline().replace(this, "handler", begun.client());
        if (complete && !errand.tunnel()) {
            connection.pipeline().addBefore("handler", null, new OneRequest().over());
        }
        begun.join(side);
    }

    private void refuse(Relay begun, Problem problem) {
        if (refused) {
            return;
        }
        refused = true;
        var facts = begun.facts();
        facts.refused(problem.status(), problem.name());
        Refusal.send(
                begun.client().channel(),
                problem,
                facts.requestId(),
                facts.method().equals(HttpMethod.HEAD.name()));
    }

    private static void write(Channel connection, String text) {
        var unused = connection.writeAndFlush(Unpooled.copiedBuffer(text, StandardCharsets.ISO_8859_1));
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        for (var message = held.poll(); message != null; message = held.poll()) {
            ReferenceCountUtil.release(message);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        var unused = context.close();
    }
}
