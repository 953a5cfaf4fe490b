package gatehouse.tcp;

import gatehouse.forward.Plan;
import gatehouse.forward.Retry;
import gatehouse.service.Outcome;
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
    private final List<Target> tried = new ArrayList<>(1);
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

    /** Connects to a target of the service, unless its breaker is open. */
    void begin(Plan plan, Dialer dialer) {
        var breaker = plan.breaker();
        if (breaker != null && !breaker.tryAcquire()) {
            refuse(NO_TARGET, "breaker-open");
        } else {
            dial(plan, dialer);
        }
    }

    /** Connects to a target that was not tried yet. */
    private void dial(Plan plan, Dialer dialer) {
        if (!client.channel().isActive()) {
            if (!tried.isEmpty()) { // nobody waits any more, but it has failed
                count(plan, false);
            }
            return;
        }
        var next = next(plan);
        if (next == null) {
            var isFirst = tried.isEmpty();
            count(plan, false);
            refuse(isFirst ? NO_TARGET : NOT_CONNECTED, isFirst ? "no-target" : "not-connected");
            return;
        }
        var service = plan.service();
        tried.add(next);
        next.acquire();
        facts.asks(next.id());
        dialer.connect(service, next, client.channel(), plan.timeouts().connect(), new Call(plan, next) {
            @Override
            void again() {
                dial(plan, dialer);
            }
        });
    }

    private @Nullable Target next(Plan plan) {
        if (tried.isEmpty()) {
            return plan.service().pick(facts, tried);
        }
        var retry = plan.retry();
        return retry == null || !retry.when().contains(Retry.Cause.CONNECT) || tried.size() == MOST_TRIES
                ? null
                : plan.service().pickOther(facts, tried);
    }

    private static void count(Plan plan, boolean well) {
        var breaker = plan.breaker();
        if (breaker != null) {
            breaker.record(well);
        }
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
                () -> {
                    if (server != null) { // one that never came about is no end of this
                        facts.broken();
                    }
                });
    }

    /** Closes what has not moved for too long, or moves to nobody. */
    void sweep(long now) {
        if (now - movedAt >= idleNanos) {
            facts.refused(TIMED_OUT, "idle");
            cut();
            return;
        }
        client.look();
        if (server != null) {
            server.look();
        }
    }

    /** Ends both connections at once. */
    void cut() {
        client.cut();
        if (server != null) {
            server.cut();
        }
    }

    /** One try at one target. */
    private abstract class Call implements Dialer.Caller {
        private final Plan plan;
        private final Target target;

        private Call(Plan plan, Target target) {
            this.plan = plan;
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
            plan.service().report(target, Outcome.GOOD, null);
            count(plan, true);
            join(side);
        }

        @Override
        public void failed(String why) {
            target.release();
            plan.service().report(target, Outcome.FAILED, "connect: " + why);
            again();
        }
    }
}
