package gatehouse.tcp;

import gatehouse.forward.Plan;
import gatehouse.service.Outcome;
import gatehouse.service.Service;
import gatehouse.service.Target;
import io.netty.channel.Channel;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One connection of a client from its route to its end. Confined to its event loop. */
final class Relay {
    /** Targets that are tried before a client is given up. */
    private static final int MOST_TRIES = 3;

    private static final int TIMED_OUT = 408;
    private static final int NOT_CONNECTED = 502;
    private static final int NO_TARGET = 503;

    private final StreamFacts facts;
    private final Side client;
    private final long idleNanos;
    private final List<Target> tried = new ArrayList<>();
    private @Nullable Side server;
    private long movedAt = System.nanoTime();

    /**
     * @param ended called once when the client's connection is closed
     */
    Relay(StreamFacts facts, Channel connection, long idleNanos, Consumer<Relay> ended) {
        this.facts = facts;
        this.idleNanos = idleNanos;
        this.client = new Side(
                connection,
                bytes -> {
                    movedAt = System.nanoTime();
                    facts.in(bytes);
                },
                facts::broken);
        connection.closeFuture().addListener(closed -> {
            facts.ended();
            ended.accept(this);
        });
    }

    /** The client's end. */
    Side client() {
        return client;
    }

    StreamFacts facts() {
        return facts;
    }

    /** Refuses the client: it is closed without a byte. */
    void refuse(int status, String problem) {
        facts.refused(status, problem);
        client.close();
    }

    /** Connects to a target of the service, and to another one where that fails. */
    void dial(Plan plan, Dialer dialer) {
        if (!client.channel().isActive()) {
            return;
        }
        var service = plan.service();
        var next = tried.size() == MOST_TRIES
                ? null
                : tried.isEmpty() ? service.pick(facts, tried) : service.pickOther(facts, tried);
        if (next == null) {
            var isFirst = tried.isEmpty();
            refuse(isFirst ? NO_TARGET : NOT_CONNECTED, isFirst ? "no-target" : "not-connected");
            return;
        }
        tried.add(next);
        next.acquire();
        facts.asks(next.id());
        dialer.connect(service, next, client.channel(), plan.timeouts().connect(), new Call(service, next) {
            @Override
            void again() {
                dial(plan, dialer);
            }
        });
    }

    /** Joins the client to a connection that is there. */
    void join(Side to) {
        server = to;
        facts.connected();
        movedAt = System.nanoTime();
        if (client.channel().isActive()) {
            Side.join(client, to);
        } else {
            to.close();
        }
    }

    /** Makes the far end. */
    Side far(Channel connection) {
        return new Side(
                connection,
                bytes -> {
                    movedAt = System.nanoTime();
                    facts.out(bytes);
                },
                facts::broken);
    }

    /** Closes what has not moved for too long. */
    void sweep(long now) {
        if (now - movedAt >= idleNanos) {
            facts.refused(TIMED_OUT, "idle");
            cut();
        }
    }

    /** Ends both connections at once. */
    void cut() {
        client.reset();
        if (server != null) {
            server.reset();
        }
    }

    /** One try at one target. */
    private abstract class Call implements Dialer.Caller {
        private final Service service;
        private final Target target;

        private Call(Service service, Target target) {
            this.service = service;
            this.target = target;
        }

        abstract void again();

        @Override
        public Side side(Channel connection) {
            return far(connection);
        }

        @Override
        public void connected(Side side) {
            side.channel().closeFuture().addListener(closed -> target.release());
            service.report(target, Outcome.GOOD, null);
            join(side);
        }

        @Override
        public void failed(String why) {
            target.release();
            service.report(target, Outcome.FAILED, "connect: " + why);
            again();
        }
    }
}
