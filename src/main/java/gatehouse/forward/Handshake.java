package gatehouse.forward;

import gatehouse.exchange.Exchange;
import gatehouse.exchange.Reply;
import gatehouse.problem.Problem;
import gatehouse.service.Outcome;
import gatehouse.service.Target;
import gatehouse.upstream.LoneConnection;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ConnectTimeoutException;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.ScheduledFuture;
import io.vertx.core.http.impl.headers.HeadersMultiMap;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One try to have a target switch a connection to WebSocket. The connection is one of its own, outside all pools: a tunnel that
 * took a place there would keep requests out for as long as it is open. Confined to its event loop.
 */
final class Handshake extends ChannelInboundHandlerAdapter {
    private static final int SWITCHING_PROTOCOLS = 101;

    private final Upgrade upgrade;
    private final Target target;
    private final Exchange exchange;
    private final Seat seat;
    private final long startNanos = System.nanoTime();
    private final ArrayDeque<ByteBuf> early = new ArrayDeque<>(2);

    private @Nullable Channel channel;
    private @Nullable ScheduledFuture<?> timer;
    private @Nullable HttpResponse switched;
    private @Nullable Declined declined;
    private boolean interim;
    private boolean over;

    Handshake(Upgrade upgrade, Target target) {
        this.upgrade = upgrade;
        this.target = target;
        exchange = upgrade.exchange();
        seat = new Seat(target, upgrade.upstream());
    }

    void start() {
        seat.take();
        var trace = exchange.trace();
        if (trace != null) {
            trace.attempt(exchange, target.authority());
        }
        exchange.whenClientLeaves(() -> fail(Failures.left()));
        LoneConnection.open(
                upgrade.forwarder().vertx(),
                upgrade.plan().service(),
                target,
                upgrade.plan().timeouts().connect(),
                this,
                this::connected);
    }

    private void connected(@Nullable Throwable failure) {
        if (failure != null) {
            fail(failure instanceof ConnectTimeoutException ? Failures.connectTimeout() : Failures.connecting(failure));
        }
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        channel = context.channel();
        if (over) {
            var unused = context.close();
        } else if (upgrade.plan().service().tls() == null) {
            ask(context);
        }
    }

    /** Nothing is said before the target has proved who it is. */
    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (!(event instanceof SslHandshakeCompletionEvent end)) {
            context.fireUserEventTriggered(event);
        } else if (!end.isSuccess()) {
            fail(
                    end.cause() instanceof SslHandshakeTimeoutException
                            ? Failures.connectTimeout()
                            : Failures.connecting(end.cause()));
        } else if (!over) {
            ask(context);
        }
    }

    private void ask(ChannelHandlerContext context) {
        var limit = upgrade.plan().timeouts().firstByte().toNanos();
        var left = upgrade.deadline() - System.nanoTime();
        var wait = limit == 0 ? left : Math.min(limit, left);
        timer = context.executor().schedule(this::late, Math.max(1, wait), TimeUnit.NANOSECONDS);
        var unused = context.channel().writeAndFlush(head(context));
    }

    /** Who reads a request to switch needs its head and nothing else, in one write. */
    private ByteBuf head(ChannelHandlerContext context) {
        var fields = HeadersMultiMap.httpHeaders();
        var hostHeader = upgrade.plan().service().config().hostHeader();
        fields.add("Host", UpstreamHead.authority(exchange, target, hostHeader));
        fields.add("Connection", "Upgrade");
        fields.add("Upgrade", "websocket");
        upgrade.forwarder().head().writeFields(exchange, upgrade.retries(), fields);
        if (upgrade.isFramed()) {
            fields.remove("sec-websocket-extensions");
        }
        var head = context.alloc().buffer(1024);
        head.writeCharSequence(
                "GET " + exchange.upstreamTarget() + " HTTP/1.1\r\n", java.nio.charset.StandardCharsets.US_ASCII);
        fields.encode(head, false);
        return head.writeByte('\r').writeByte('\n');
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (message instanceof ByteBuf bytes) {
            if (switched == null || over) {
                bytes.release();
            } else {
                early.add(bytes);
            }
            return;
        }
        if (message instanceof HttpResponse response) {
            headCame(context, response);
        }
        if (message instanceof HttpContent content && !interim && declined != null) {
            declined.came(content);
        }
        if (message instanceof LastHttpContent) {
            interim = false;
        }
        ReferenceCountUtil.release(message);
    }

    private void headCame(ChannelHandlerContext context, HttpResponse response) {
        var status = response.status().code();
        if (response.decoderResult().isFailure() || status < 100 || status > 599) {
            fail(Failures.garbage(null));
            return;
        }
        if (status < 200 && status != SWITCHING_PROTOCOLS) {
            interim = true;
            return;
        }
        if (over) {
            return;
        }
        exchange.upstreamTook(System.nanoTime() - startNanos);
        var trace = exchange.trace();
        if (trace != null) {
            trace.answered(status);
        }
        context.channel().config().setAutoRead(false); // until somebody wants what follows
        if (status == SWITCHING_PROTOCOLS) {
            switched = response;
            return;
        }
        var coding = response.headers().get("transfer-encoding");
        if (coding != null && !coding.equalsIgnoreCase("chunked")) {
            fail(Failures.garbage(null));
            return;
        }
        settle(Passage.isGatewayFailure(status) ? Outcome.FAILED : Outcome.GOOD, "answered " + status);
        var body = new Declined(
                context.channel(), exchange, response, upgrade.plan().timeouts().idle(), upgrade.deadline(), () -> {
                    seat.endAtTarget();
                    seat.leave();
                });
        declined = body;
        exchange.whenClientLeaves(body::cancel);
        upgrade.answered(new Reply(status, null, body.fields(), body), target);
    }

    /** What was read with the head has come through, so the protocol can be switched. */
    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        var response = switched;
        if (response == null || over) {
            context.fireChannelReadComplete();
            return;
        }
        if (!WebSocketKeys.accepts(exchange.headers().get("sec-websocket-key"), response.headers())
                || (upgrade.isFramed() && response.headers().contains("sec-websocket-extensions"))) {
            fail(new Failure(
                    Failure.Kind.GARBAGE,
                    Problem.badGateway("websocket-handshake", "The service did not switch to WebSocket as it has to.")
                            .asFailure(),
                    "a wrong WebSocket handshake"));
            return;
        }
        settle(Outcome.GOOD, "answered 101");
        exchange.whenClientLeaves(null);
        seat.leave();
        var fields = Declined.fields(response);
        var body = new Upgraded(context.channel(), this, early, seat::endAtTarget);
        upgrade.answered(new Reply(SWITCHING_PROTOCOLS, null, fields, body), target);
    }

    private void late() {
        if (!over) {
            fail(new Failure(
                    Failure.Kind.TIMEOUT,
                    Problem.gatewayTimeout("first-byte-timeout", "The service did not answer in time.")
                            .asFailure(),
                    "no answer in time"));
        }
    }

    /** It is known how the target has answered. */
    private void settle(Outcome outcome, String why) {
        over = true;
        stopTimer();
        endTrace(why);
        upgrade.plan().service().report(target, outcome, why);
    }

    private void endTrace(@Nullable String why) {
        var trace = exchange.trace();
        if (trace != null) {
            trace.attemptEnded(why);
        }
    }

    private void stopTimer() {
        if (timer != null) {
            timer.cancel(false);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        if (declined != null) {
            declined.ended();
        } else {
            fail(Failures.waiting(new ClosedChannelException(), false, exchange));
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        fail(cause instanceof IOException ? Failures.waiting(cause, false, exchange) : Failures.garbage(cause));
        var unused = context.close();
    }

    private void fail(Failure failure) {
        if (over) {
            return;
        }
        over = true;
        stopTimer();
        endTrace(failure.why());
        exchange.whenClientLeaves(null);
        if (channel != null) {
            var unused = channel.close();
        }
        early.forEach(ByteBuf::release);
        early.clear();
        if (failure.countsAgainstTarget()) {
            upgrade.plan().service().report(target, Outcome.FAILED, failure.why());
        }
        seat.endAtTarget();
        seat.leave();
        upgrade.failed(failure, target);
    }
}
