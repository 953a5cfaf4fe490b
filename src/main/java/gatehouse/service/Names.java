package gatehouse.service;

import gatehouse.config.TargetUrl;
import io.netty.util.NetUtil;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the host names of a service resolved, off the event loop. The last good addresses stay when a look-up fails.
 * Confined to the context of its service.
 */
final class Names {
    private static final Logger LOG = LoggerFactory.getLogger(Names.class);
    private static final long FIRST_RETRY_MILLIS = 1000;

    private final String service;
    private final Vertx vertx;
    private final Context context;
    private final Roster roster;
    private final Resolver resolver;
    private final long everyMillis;
    private final @Nullable Followed followed;
    private final Map<TargetUrl, Follow> follows = new LinkedHashMap<>();

    /**
     * @param followed who names are from and says which addresses will do; null where they are configured, and all do
     */
    Names(String service, Means means, Roster roster, Duration every, @Nullable Followed followed) {
        this.service = service;
        this.vertx = means.vertx();
        this.context = means.context();
        this.resolver = means.resolver();
        this.roster = roster;
        this.everyMillis = every.toMillis();
        this.followed = followed;
    }

    /** One name's being followed. */
    private static final class Follow {
        private final TargetUrl url;
        private final Promise<Void> first = Promise.promise();
        private boolean isResolved;
        private boolean isFailing;

        Follow(TargetUrl url) {
            this.url = url;
        }
    }

    /** Whether the host is an address already. */
    static boolean isAddress(String host) {
        return NetUtil.isValidIpV4Address(host) || NetUtil.isValidIpV6Address(host);
    }

    /**
     * Keeps the names among these resolved from now on, and no others any more.
     *
     * @return completes after the first attempt at each, whether or not it went well
     */
    Future<Void> follow(Set<TargetUrl> urls) {
        follows.keySet().retainAll(urls);
        for (var url : urls) {
            if (!isAddress(url.host()) && !follows.containsKey(url)) {
                var follow = new Follow(url);
                follows.put(url, follow);
                look(follow);
            }
        }
        return Future.join(follows.values().stream()
                        .map(follow -> follow.first.future())
                        .toList())
                .mapEmpty();
    }

    private void look(Follow follow) {
        context.executeBlocking(() -> addresses(follow.url), false).onComplete(result -> {
            if (isOver(follow)) {
                follow.first.tryComplete();
                return;
            }
            if (result.succeeded()) {
                found(follow, result.result());
            } else {
                failed(follow, result.cause());
            }
            follow.first.tryComplete();
            var wait = follow.isResolved ? everyMillis : Math.min(everyMillis, FIRST_RETRY_MILLIS);
            vertx.setTimer(wait, timer -> {
                if (!isOver(follow)) {
                    look(follow);
                }
            });
        });
    }

    private boolean isOver(Follow follow) {
        return follows.get(follow.url) != follow;
    }

    private void found(Follow follow, List<String> ips) {
        if (follow.isFailing) {
            follow.isFailing = false;
            LOG.info("service {}: the name of {} is resolved again: {}", service, follow.url, ips);
        }
        follow.isResolved = true;
        roster.place(follow.url, ips, follow.first.future().isComplete());
    }

    private void failed(Follow follow, Throwable cause) {
        if (!follow.isFailing) {
            follow.isFailing = true;
            LOG.warn(
                    "service {}: the name of {} cannot be resolved, its last addresses stay: {}",
                    service,
                    follow.url,
                    cause.toString());
        }
    }

    /**
     * Where a name has addresses of both families, the IPv4 ones: they are the same hosts a second time, and many a server
     * listens at {@code 127.0.0.1} only when {@code localhost} is {@code ::1} as well.
     */
    private List<String> addresses(TargetUrl url) throws UnknownHostException {
        var all = resolver.resolve(url.host());
        var four = Arrays.stream(all).filter(Inet4Address.class::isInstance).toList();
        var chosen = four.isEmpty() ? Arrays.asList(all) : four;
        if (chosen.isEmpty()) {
            throw new UnknownHostException(url.host() + " has no address");
        }
        return chosen.stream()
                .map((InetAddress address) -> NetUtil.toAddressString(address))
                .filter(ip -> followed == null || followed.mayUse(url.host(), ip, url.port()))
                .distinct()
                .sorted()
                .toList();
    }
}
