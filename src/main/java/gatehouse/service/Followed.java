package gatehouse.service;

import gatehouse.config.ServiceConfig.Registered;
import gatehouse.config.TargetUrl;
import gatehouse.registry.Following;
import gatehouse.registry.Instance;
import gatehouse.registry.Listing;
import gatehouse.registry.Registry;
import gatehouse.registry.ServiceName;
import io.vertx.core.Context;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The instances of the registry that a service follows. After {@link #begin} it is confined to the context of its service. */
final class Followed {
    private static final Logger LOG = LoggerFactory.getLogger(Followed.class);

    private static final int MOST_REMEMBERED = 1000;

    private final String service;
    private final Registry registry;
    private final Registered wanted;
    private final ServiceName name;
    private final String scheme;

    /** Instances that can't be targets, so that each is told once. */
    private final Set<String> unusable = new HashSet<>();

    /** Names with an address that they may not stand for, so that each is told once and not at each look-up. */
    private final Set<String> misled = ConcurrentHashMap.newKeySet();

    /** Whether a look is on its way. */
    private final AtomicBoolean nudged = new AtomicBoolean();

    private @Nullable Following following;
    private boolean ended;

    /**
     * @param scheme what the service speaks
     */
    Followed(String service, Registry registry, Registered wanted, String scheme) {
        this.service = service;
        this.registry = registry;
        this.wanted = wanted;
        this.name = new ServiceName(wanted.domain(), wanted.name());
        this.scheme = scheme;
    }

    /** Hands over what is offered, now and after each change, on the context. */
    void begin(Context context, Consumer<Map<TargetUrl, Offer>> taker) {
        following = registry.follow(name, () -> {
            if (nudged.compareAndSet(false, true)) { // what comes until then is seen with it
                context.runOnContext(go -> look(taker));
            }
        });
        look(taker); // first listen, then read: no gap
    }

    private void look(Consumer<Map<TargetUrl, Offer>> taker) {
        nudged.set(false);
        if (!ended) {
            taker.accept(offers());
        }
    }

    void end() {
        ended = true;
        if (following != null) {
            following.end();
        }
    }

    /** Whether an address that a name stands for may be used; callable from any thread. */
    boolean mayUse(String host, String ip, int port) {
        var refusal = registry.guard().refusal(ip, port);
        var resolved = host + ' ' + ip;
        if (refusal == null) {
            misled.remove(resolved);
        } else if (isNews(resolved)) {
            LOG.warn("service {}: {} of the registry resolves to {}, which is {}", service, host, ip, refusal);
        }
        return refusal == null;
    }

    private boolean isNews(String resolved) {
        if (misled.size() >= MOST_REMEMBERED) {
            misled.clear();
        }
        return misled.add(resolved);
    }

    /** The addresses that are offered now; one that two instances have stands there once. */
    Map<TargetUrl, Offer> offers() {
        var offers = new LinkedHashMap<TargetUrl, Offer>();
        var refused = new HashSet<String>();
        for (var listing : registry.list(name)) {
            var instance = listing.instance();
            if (fits(instance)) {
                try {
                    offers.merge(url(instance), offer(listing), Offer::or);
                } catch (IllegalArgumentException e) {
                    refused.add(instance.address().toString());
                    tell(instance, e);
                }
            }
        }
        unusable.retainAll(refused);
        return offers;
    }

    private boolean fits(Instance instance) {
        var range = wanted.version();
        var version = instance.version();
        return (range == null || (version != null && range.contains(version)))
                && instance.metadata().entrySet().containsAll(wanted.metadata().entrySet());
    }

    private TargetUrl url(Instance instance) {
        var address = instance.address();
        var refusal = registry.guard().refusal(address.host(), address.port());
        if (refusal != null) {
            throw new IllegalArgumentException("its address is " + refusal);
        }
        if (address.scheme().isEmpty()) {
            return TargetUrl.parse(scheme + "://" + address);
        }
        if (scheme.equals("tcp") != address.scheme().equals("tcp")) {
            throw new IllegalArgumentException(
                    "its address is of " + address.scheme() + ", and the service of " + scheme);
        }
        return TargetUrl.parse(address.toString());
    }

    private static Offer offer(Listing listing) {
        var instance = listing.instance();
        var state = switch (instance.state()) {
            case UP -> Target.State.UP;
            case DRAINING -> Target.State.DRAINING;
            case DOWN -> Target.State.DOWN;
        };
        return new Offer(instance.weight(), state, listing.suspect());
    }

    private void tell(Instance instance, IllegalArgumentException why) {
        if (unusable.add(instance.address().toString())) {
            LOG.warn(
                    "service {}: instance {} of the registry can't be a target: {}",
                    service,
                    instance.name(),
                    why.getMessage());
        }
    }
}
