package gatehouse.service;

import gatehouse.config.BalanceConfig.By;
import gatehouse.config.ServiceConfig;
import gatehouse.exchange.RequestHead;
import gatehouse.registry.Registry;
import gatehouse.tls.ClientTls;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A named group of targets, one of which gets the next request. It finds out by itself where they are and whether they are
 * well, from {@link #start} to {@link #close}. Thread-safe; {@link #pick} and a {@link #report} of {@link Outcome#GOOD} are
 * on the path of every request and neither wait nor allocate.
 */
public final class Service {
    /** How often at most the log says that requests are refused. */
    private static final Duration SHEDDING_TOLD = Duration.ofSeconds(10);

    private final String name;
    private final ServiceConfig config;
    private final @Nullable ClientTls tls;
    private final Stickiness stickiness;
    private final Upkeep upkeep;
    private final Roster roster;
    private final LoadBalancer balancer;
    private final LoadBalancer trying;
    private final Shedding shedding;
    private final List<Load> loads = new CopyOnWriteArrayList<>();

    private Service(
            Means means,
            String name,
            ServiceConfig config,
            @Nullable ClientTls tls,
            byte[] stickyKey,
            @Nullable Followed followed) {
        this.name = name;
        this.config = config;
        this.tls = tls;
        this.stickiness = new Stickiness(name, config.balance().sticky(), stickyKey);
        this.upkeep = new Upkeep(means, name, config, tls, stickiness, followed);
        this.roster = upkeep.roster();
        this.balancer = LoadBalancer.of(
                config.balance(), () -> ThreadLocalRandom.current().nextDouble());
        this.trying = balancer.tryingOneAtATime(means.nanoTime());
        this.shedding = new Shedding(means.vertx(), means.context(), name, SHEDDING_TOLD);
    }

    /**
     * Starts a service; targets configured by address take requests at once, those by name when {@link #ready} completes.
     *
     * @param tls what encrypts the connections to its targets; null where they are plain
     * @param stickyKey signs cookies; not looked at where the service is not sticky
     * @param nanoTime a clock such as {@link System#nanoTime}
     * @param registry where its targets are where its configuration has none
     */
    public static Service start(
            Vertx vertx,
            String name,
            ServiceConfig config,
            @Nullable ClientTls tls,
            byte[] stickyKey,
            LongSupplier nanoTime,
            Registry registry) {
        var wanted = config.registry();
        var followed = wanted == null ? null : new Followed(name, registry, wanted, config.isHttp() ? "http" : "tcp");
        var means = Means.of(vertx, nanoTime, Resolver.SYSTEM);
        return begin(new Service(means, name, config, tls, stickyKey, followed));
    }

    static Service start(Vertx vertx, String name, ServiceConfig config, byte[] stickyKey, LongSupplier nanoTime) {
        return start(vertx, name, config, stickyKey, nanoTime, Resolver.SYSTEM);
    }

    static Service start(
            Vertx vertx,
            String name,
            ServiceConfig config,
            byte[] stickyKey,
            LongSupplier nanoTime,
            Resolver resolver) {
        return begin(new Service(Means.of(vertx, nanoTime, resolver), name, config, null, stickyKey, null));
    }

    private static Service begin(Service service) {
        service.upkeep.begin();
        return service;
    }

    /** Name in the configuration. */
    public String name() {
        return name;
    }

    /** What it was started with. */
    public ServiceConfig config() {
        return config;
    }

    /** What encrypts the connections to its targets; null where they are plain. */
    public @Nullable ClientTls tls() {
        return tls;
    }

    /** The name that connections to a target are for: the one that it has to prove, or its address where they are plain. */
    public String hostOf(Target target) {
        return tls == null ? target.address().host() : tls.nameOf(target.host());
    }

    /** Completes after the first attempt to resolve each name, whether or not it went well; never fails. */
    public Future<Void> ready() {
        return upkeep.ready();
    }

    /**
     * Chooses a target for a request; the caller then calls {@link Target#acquire}.
     *
     * @param tried targets that this request was at already, empty at its first attempt; they are taken again only when
     *     there is no other
     * @return null when no target takes requests
     */
    public @Nullable Target pick(RequestHead head, List<Target> tried) {
        var rotation = roster.lineup().rotation();
        var target = trying.pick(rotation, head, tried);
        return target == null && !tried.isEmpty() ? balancer.pick(rotation, head, List.of()) : target;
    }

    /** Chooses a target for a request among those it was not at; null where there is none. */
    public @Nullable Target pickOther(RequestHead head, List<Target> tried) {
        return balancer.pick(roster.lineup().rotation(), head, tried);
    }

    /** Whether a request belongs to one target by its cookie, its key or its client's address, and must not go to another. */
    public boolean binds(RequestHead head) {
        var by = config.balance().by();
        if (by == By.IP_HASH
                || (by == By.HASH && LoadBalancer.hasKey(config.balance().key(), head))) {
            return true;
        }
        return sticky(head) != null;
    }

    /** How many targets take requests now. */
    public int choices() {
        return roster.lineup().rotation().size();
    }

    /** Whether a target takes requests now. */
    public boolean takes(Target target) {
        var rotation = roster.lineup().rotation();
        for (var i = 0; i < rotation.size(); i++) {
            if (rotation.target(i) == target) {
                return true;
            }
        }
        return false;
    }

    /** To be told of requests that were refused for want of room. */
    public Shedding shedding() {
        return shedding;
    }

    /** Lets a load be shown as a part of this service's, until {@link #unwatch}. */
    public void watch(Load load) {
        loads.add(load);
    }

    /** Ends {@link #watch}. */
    public void unwatch(Load load) {
        loads.remove(load);
    }

    /** Requests that may be under way at once, those that are and those that wait, all event loops together. */
    public LoadStatus load() {
        return LoadStatus.of(loads);
    }

    /**
     * The target to which the request's cookie binds it, or null where it has none, or one that no longer holds. A healthy
     * target that is draining, or whose weight is 0, keeps the clients it has and gets no new ones; one that is down takes
     * nobody.
     */
    public @Nullable Target sticky(RequestHead head) {
        var token = stickiness.token(head);
        return token == null ? null : roster.lineup().bound(token);
    }

    /**
     * The {@code Set-Cookie} value to add to the reply, which binds the client to the target that was picked. Null where the
     * request's cookie does that already and in a service that is not sticky.
     */
    public @Nullable String stickyCookie(RequestHead head, Target picked) {
        var badge = picked.badge();
        return badge.token().isEmpty() || badge.token().equals(stickiness.token(head)) ? null : badge.setCookie();
    }

    /**
     * Tells how a request ended; failures in a row get a target ejected.
     *
     * @param why what failed, for admins; null when there is nothing to say
     */
    public void report(Target target, Outcome outcome, @Nullable String why) {
        if (outcome == Outcome.GOOD) {
            roster.good(target);
            return;
        }
        roster.failed(target, why);
    }

    /** All targets as they are now. */
    public List<TargetStatus> targets() {
        roster.refresh();
        return roster.targets().stream()
                .map(target -> target.status(roster.now()))
                .toList();
    }

    /**
     * Sets what an admin wants of a target. It stays until this service is closed, even when the target's name resolves to
     * something else in between.
     *
     * @param state null leaves it as it is
     * @param weight 0 to 1000; null leaves it as it is
     * @return false when there is no target with this id
     */
    public boolean setTarget(String id, Target.@Nullable State state, @Nullable Integer weight) {
        if (weight != null && (weight < 0 || weight > 1000)) {
            throw new IllegalArgumentException("weight " + weight + " (expected: 0 to 1000)");
        }
        return roster.set(id, state, weight);
    }

    /**
     * Stops probes and look-ups. Requests that began with this service may still use it.
     *
     * @return completes when none begins any more
     */
    public Future<Void> close() {
        return upkeep.close();
    }
}
