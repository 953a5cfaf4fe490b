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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the host names of a service resolved, off the event loop. The last good addresses stay when a look-up fails.
 * Confined to the context of its service.
 */
final class Names {
    private static final Logger LOG = LoggerFactory.getLogger(Names.class);
    private static final long FIRST_RETRY_MILLIS = 1000;

    private final Vertx vertx;
    private final Context context;
    private final Roster roster;
    private final Resolver resolver;
    private final long everyMillis;
    private final List<TargetUrl> resolved = new ArrayList<>();
    private final List<TargetUrl> failing = new ArrayList<>();
    private boolean closed;

    Names(Vertx vertx, Context context, Roster roster, Resolver resolver, Duration every) {
        this.vertx = vertx;
        this.context = context;
        this.roster = roster;
        this.resolver = resolver;
        this.everyMillis = every.toMillis();
    }

    /** Whether the host is an address already. */
    static boolean isAddress(String host) {
        return NetUtil.isValidIpV4Address(host) || NetUtil.isValidIpV6Address(host);
    }

    /** Begins to resolve these; completes after the first attempt at each, whether or not it went well. */
    Future<Void> follow(List<TargetUrl> urls) {
        return Future.join(urls.stream().map(this::firstLook).toList()).mapEmpty();
    }

    void close() {
        closed = true;
    }

    private Future<Void> firstLook(TargetUrl url) {
        Promise<Void> first = Promise.promise();
        look(url, first);
        return first.future();
    }

    private void look(TargetUrl url, Promise<Void> first) {
        context.executeBlocking(() -> addresses(url.host()), false).onComplete(result -> {
            if (closed) {
                first.tryComplete();
                return;
            }
            if (result.succeeded()) {
                found(url, result.result(), first.future().isComplete());
            } else {
                failed(url, result.cause());
            }
            first.tryComplete();
            var wait = resolved.contains(url) ? everyMillis : Math.min(everyMillis, FIRST_RETRY_MILLIS);
            vertx.setTimer(wait, timer -> {
                if (!closed) {
                    look(url, first);
                }
            });
        });
    }

    private void found(TargetUrl url, List<String> ips, boolean later) {
        if (failing.remove(url)) {
            LOG.info("{}: name is resolved again: {}", url, ips);
        }
        if (!resolved.contains(url)) {
            resolved.add(url);
        }
        roster.place(url, ips, later);
    }

    private void failed(TargetUrl url, Throwable cause) {
        if (!failing.contains(url)) {
            failing.add(url);
            LOG.warn("{}: name cannot be resolved, its last addresses stay: {}", url, cause.toString());
        }
    }

    /**
     * Where a name has addresses of both families, the IPv4 ones: they are the same hosts a second time, and many a server
     * listens at {@code 127.0.0.1} only when {@code localhost} is {@code ::1} as well.
     */
    private List<String> addresses(String host) throws UnknownHostException {
        var all = resolver.resolve(host);
        var four = Arrays.stream(all).filter(Inet4Address.class::isInstance).toList();
        var chosen = four.isEmpty() ? Arrays.asList(all) : four;
        if (chosen.isEmpty()) {
            throw new UnknownHostException(host + " has no address");
        }
        return chosen.stream()
                .map((InetAddress address) -> NetUtil.toAddressString(address))
                .distinct()
                .sorted()
                .toList();
    }
}
