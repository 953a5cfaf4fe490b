package gatehouse.ws;

import gatehouse.exchange.Exchange;
import gatehouse.forward.Upgraded;
import gatehouse.listener.Handover;
import gatehouse.policy.websocket.SocketTerms;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A WebSocket between a client and a target, from the switch of protocols to the end of both connections. Frames pass as they
 * are; when one side is to be told of the end, a frame that closes is put where another has ended. Confined to its event loop.
 */
final class Tunnel implements OpenSocket {
    static final int GOING_AWAY = 1001;
    static final int ABNORMAL = 1006;
    static final int TARGET_DIED = 1011;
    static final int RESTART = 1012;
    static final int TARGET_WRONG = 1014;

    /** How long the rest of a frame may take when a tunnel ends behind it. */
    private static final long REST_MILLIS = 2_000;

    /** How long a side may go on when the other has ended its direction. */
    private static final long HALF_MILLIS = 5_000;

    private final Sockets all;
    private final Exchange exchange;
    private final Upgraded upgraded;
    private final SocketTerms terms;
    private final SocketCount count;
    private final boolean framed;
    private final long stalledNanos;
    private final byte[] beat;
    private final Side client;
    private final Side target;
    private final Pulse ofClient = new Pulse();
    private final Pulse ofTarget = new Pulse();

    private long movedAt = System.nanoTime();
    private long beatAt = movedAt;
    private int code;
    private int ending;
    private boolean over;
    private long toldBytes;
    private long toldBytesOut;
    private long toldMessages;
    private long toldMessagesOut;

    Tunnel(Sockets all, Exchange exchange, Upgraded upgraded, SocketRules rules, SocketCount count, Duration stalled) {
        this.all = all;
        this.exchange = exchange;
        this.upgraded = upgraded;
        terms = rules.terms();
        this.count = count;
        stalledNanos = stalled.toNanos();
        framed = terms.looksAtMessages();
        beat = framed
                ? Long.toHexString(ThreadLocalRandom.current().nextLong()).getBytes(StandardCharsets.US_ASCII)
                : new byte[0];
        client = new Side(this, true, rules.course(true, beat));
        target = new Side(this, false, rules.course(false, beat));
        client.opposite(target);
        target.opposite(client);
    }

    /**
     * Switches the client's connection.
     *
     * @param head the head of the answer, which goes before everything else
     */
    void begin(Channel connection, ByteBuf head) {
        exchange.upgrade(System.nanoTime());
        all.add(this);
        upgraded.handOver(target);
        Handover.to(connection, client);
        client.send(head, true);
        upgraded.flow();
        if (!connection.isActive()) {
            client.lost();
        }
        if (!upgraded.channel().isActive()) {
            target.lost();
        }
        client.reading(true);
        target.reading(client.isWritable());
    }

    /** More bytes of one side. */
    void read(Side from, ByteBuf bytes) {
        var across = from.isClient() ? target : client;
        var before = from.course().closeCode();
        var wrong = from.course().read(bytes, from, ending != 0);
        if (before == 0 && from.course().closeCode() != 0 && code == 0) {
            code = from.course().closeCode();
        }
        if (wrong != 0) {
            breach(from, across, wrong);
        } else if (ending != 0) {
            across.flush();
            tell(across, ending);
        }
    }

    /** One side has broken a rule: it is told which, and the other that it is over. */
    private void breach(Side from, Side across, int wrong) {
        across.flush();
        note(wrong);
        from.send(
                Frames.close(from.alloc(), wrong, "", !from.isClient()),
                across.course().isAtBoundary());
        from.leave();
        var other = from.isClient() ? GOING_AWAY : TARGET_WRONG;
        across.send(
                Frames.close(across.alloc(), other, "", !across.isClient()),
                from.course().isAtBoundary());
        across.leave();
    }

    /** Something passes. */
    void moved() {
        movedAt = System.nanoTime();
    }

    private void note(int why) {
        if (code == 0) {
            code = why;
        }
    }

    /** A side sends no more, but may still read. */
    void readWhole(Side from) {
        var across = from.isClient() ? target : client;
        if (from.isClient()) {
            across.endOutput();
            all.later(HALF_MILLIS, () -> {
                client.end();
                target.end();
            });
        } else {
            from.end();
        }
    }

    /** The connection of a side has ended. */
    void ended(Side from) {
        if (from.isClient()) {
            note(ABNORMAL);
            target.leave();
        } else if (!client.isLeaving()) {
            upgraded.ended();
            if (target.course().closeCode() == 0 && client.course().closeCode() == 0) {
                note(TARGET_DIED);
                client.send(
                        Frames.close(client.alloc(), TARGET_DIED, "", false),
                        target.course().isAtBoundary());
            }
            client.leave();
        }
        if (client.isGone() && target.isGone() && !over) {
            over = true;
            upgraded.ended();
            count();
            count.closed(code == 0 ? ABNORMAL : code);
            exchange.closedWith(code == 0 ? ABNORMAL : code);
            exchange.ended(System.nanoTime(), client.bytes(), target.bytes());
            all.ended(this, exchange);
        }
    }

    @Override
    public void close(int why) {
        if (ending != 0) {
            return;
        }
        ending = why;
        note(why);
        tell(client, why);
        tell(target, why);
        all.later(REST_MILLIS, () -> {
            client.leave();
            target.leave();
        });
    }

    /** Tells a side that it is over, if what it was sent last is a whole frame. */
    private void tell(Side side, int why) {
        var across = side.isClient() ? target : client;
        if (!side.isLeaving() && across.course().isAtBoundary()) {
            side.send(Frames.close(side.alloc(), why, "", !side.isClient()), true);
            side.leave();
        }
    }

    /** The listener of the client's connection ends. */
    void listenerEnds() {
        all.listenerEnds(this);
    }

    @Override
    public void sweep(long now) {
        count();
        if (client.stalledFor(now) >= stalledNanos || target.stalledFor(now) >= stalledNanos) {
            note(ABNORMAL);
            client.end();
            target.end();
            return;
        }
        if (ending != 0 || client.isLeaving()) {
            return;
        }
        var idle = terms.idle().toNanos();
        if (idle > 0 && now - movedAt >= idle) {
            close(GOING_AWAY);
        } else if (framed && now - beatAt >= terms.pingEvery().toNanos()) {
            beat(now);
        }
    }

    /** Tells what has passed since the last time. */
    private void count() {
        count.received(client.course().messages() - toldMessages, client.bytes() - toldBytes);
        toldMessages = client.course().messages();
        toldBytes = client.bytes();
        count.sent(target.course().messages() - toldMessagesOut, target.bytes() - toldBytesOut);
        toldMessagesOut = target.course().messages();
        toldBytesOut = target.bytes();
    }

    private void beat(long now) {
        beatAt = now;
        if (ofClient.isGone(client.bytes())) {
            note(ABNORMAL);
            client.end();
        } else if (ofTarget.isGone(target.bytes())) {
            note(TARGET_DIED);
            target.end();
        } else {
            ping(client, ofClient);
            ping(target, ofTarget);
        }
    }

    private void ping(Side side, Pulse pulse) {
        var across = side.isClient() ? target : client;
        if (across.course().isAtBoundary() && side.isWritable()) {
            side.send(Frames.frame(side.alloc(), Frames.PING, beat, !side.isClient()), true);
            pulse.asked();
        }
    }

    @Override
    public void cut() {
        note(ABNORMAL);
        client.end();
        target.end();
    }
}
