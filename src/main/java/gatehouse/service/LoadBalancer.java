package gatehouse.service;

import gatehouse.config.BalanceConfig;
import gatehouse.config.HashKey;
import gatehouse.exchange.RequestHead;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** A way to choose a target: a function of the rotation and the request. Thread-safe, and allocates nothing. */
@FunctionalInterface
interface LoadBalancer {
    /** A target of the rotation that is not among those tried, or null where there is none. */
    @Nullable Target pick(Rotation rotation, RequestHead head, List<Target> tried);

    /**
     * The balancer that the configuration names.
     *
     * @param chance numbers from 0 (inclusive) to 1 (exclusive), drawn by chance
     */
    static LoadBalancer of(BalanceConfig balance, DoubleSupplier chance) {
        return switch (balance.by()) {
            case ROUND_ROBIN -> roundRobin();
            case LEAST_REQUESTS -> leastRequests();
            case P2C -> powerOfTwoChoices(chance);
            case RANDOM -> random(chance);
            case IP_HASH -> ipHash();
            case HASH -> hash(balance.key(), random(chance));
        };
    }

    /**
     * The same, but a target that is back from an ejection gets one request at a time until it has served, if there is another
     * for the rest: else all that come before the first of them has failed would wait for it in vain.
     */
    default LoadBalancer tryingOneAtATime(LongSupplier nanoTime) {
        return (rotation, head, tried) -> {
            var target = pick(rotation, head, tried);
            if (target == null || target.mayTry(nanoTime)) {
                return target;
            }
            var passed = new ArrayList<>(tried);
            for (var next = target; next != null; next = pick(rotation, head, passed)) {
                if (next != target && next.mayTry(nanoTime)) {
                    return next;
                }
                passed.add(next);
            }
            return target;
        };
    }

    /** In turn, each as often as its weight says. */
    static LoadBalancer roundRobin() {
        var turn = new AtomicInteger();
        return (rotation, head, tried) -> at(rotation, rotation.untriedTurn(next(turn, tried), tried));
    }

    /** Fewest requests in flight for its weight; of equals the one whose turn it is. */
    static LoadBalancer leastRequests() {
        var turn = new AtomicInteger();
        return (rotation, head, tried) -> {
            var start = rotation.untriedTurn(next(turn, tried), tried);
            var best = start;
            for (var i = 1; start >= 0 && i < rotation.size(); i++) {
                var other = (start + i) % rotation.size();
                if (load(rotation, other) < load(rotation, best)
                        && (tried.isEmpty() || !tried.contains(rotation.target(other)))) {
                    best = other;
                }
            }
            return at(rotation, best);
        };
    }

    /**
     * The less loaded of two drawn by weight (M. Mitzenmacher, The Power of Two Choices in Randomized Load Balancing):
     * nearly as even as looking at all of them, and nodes that do not know of each other don't all run to the same one.
     */
    static LoadBalancer powerOfTwoChoices(DoubleSupplier chance) {
        return (rotation, head, tried) -> {
            var one = rotation.draw(chance.getAsDouble(), tried, -1);
            if (one < 0) {
                return null;
            }
            var other = rotation.draw(chance.getAsDouble(), tried, one);
            return at(rotation, other >= 0 && load(rotation, other) < load(rotation, one) ? other : one);
        };
    }

    /** By chance and weight. */
    static LoadBalancer random(DoubleSupplier chance) {
        return (rotation, head, tried) -> at(rotation, rotation.draw(chance.getAsDouble(), tried, -1));
    }

    /** By the client's address. */
    static LoadBalancer ipHash() {
        return (rotation, head, tried) -> {
            var address = head.clientAddress();
            return owner(rotation, HashRing.hash(address, 0, address.length()), tried);
        };
    }

    /** By a header or cookie; a request without it goes where {@code otherwise} says. */
    static LoadBalancer hash(@Nullable HashKey key, LoadBalancer otherwise) {
        if (key == null) {
            return otherwise;
        }
        var name = key.name();
        if (key.source() == HashKey.Source.HEADER) {
            return (rotation, head, tried) -> {
                var value = head.header(name);
                return value == null
                        ? otherwise.pick(rotation, head, tried)
                        : owner(rotation, HashRing.hash(value, 0, value.length()), tried);
            };
        }
        return (rotation, head, tried) -> {
            var header = head.header("cookie");
            var start = header == null ? -1 : CookieHeader.find(header, name);
            return header == null || start < 0
                    ? otherwise.pick(rotation, head, tried)
                    : owner(rotation, HashRing.hash(header, start, CookieHeader.end(header, start)), tried);
        };
    }

    /** Whether a request has the header or cookie by which it is hashed. */
    static boolean hasKey(@Nullable HashKey key, RequestHead head) {
        if (key == null) {
            return false;
        }
        if (key.source() == HashKey.Source.HEADER) {
            return head.header(key.name()) != null;
        }
        var cookies = head.header("cookie");
        return cookies != null && CookieHeader.find(cookies, key.name()) >= 0;
    }

    /** Another attempt takes nobody's turn: with two targets, every request would begin at the one that fails. */
    private static int next(AtomicInteger turn, List<Target> tried) {
        return tried.isEmpty() ? turn.getAndIncrement() : turn.get();
    }

    private static double load(Rotation rotation, int index) {
        return rotation.target(index).inFlight() / rotation.weight(index);
    }

    private static @Nullable Target at(Rotation rotation, int index) {
        return index < 0 ? null : rotation.target(index);
    }

    private static @Nullable Target owner(Rotation rotation, long hash, List<Target> tried) {
        var ring = rotation.ring();
        return ring == null ? null : ring.owner(hash, tried);
    }
}
