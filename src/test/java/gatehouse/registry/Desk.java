package gatehouse.registry;

import gatehouse.config.ConfigDocument;
import gatehouse.config.Overrides;
import gatehouse.config.Problems;
import gatehouse.config.RegistryConfig;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/** A registry whose clocks stand still until they are turned. */
final class Desk {
    static final ServiceName ORDERS = new ServiceName("default", "orders");
    static final Registrant OPS = new Registrant("ops", true);

    private static final long SOME_DAY = 1_700_000_000_000L;

    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5_000_000_000L);
    private final AtomicLong wall = new AtomicLong(SOME_DAY);
    private final Registry registry;

    private Desk(RegistryConfig config) {
        registry = new Registry(config, new Clocks(nanos::get, wall::get));
    }

    static Desk open() {
        return open("");
    }

    /** With these settings of the section {@code registry}. */
    static Desk open(String settings) {
        return new Desk(config(settings));
    }

    static RegistryConfig config(String settings) {
        try {
            var document = ConfigDocument.parse("test.yaml", "{ " + settings + " }", Overrides.NONE);
            var problems = new Problems(document);
            var config = document.bind(RegistryConfig.class, Map.of(), problems);
            problems.throwIfAny();
            return config;
        } catch (gatehouse.config.ConfigException e) {
            throw new IllegalArgumentException(e);
        }
    }

    Registry registry() {
        return registry;
    }

    /** Lets time pass in steps of 100 ms, as it does on a node. */
    Desk pass(Duration time) {
        for (var left = time.toMillis(); left > 0; left -= 100) {
            turn(Math.min(left, 100));
            registry.sweep();
        }
        return this;
    }

    /** Turns both clocks without anybody noticing. */
    void turn(long millis) {
        nanos.addAndGet(Duration.ofMillis(millis).toNanos());
        wall.addAndGet(millis);
    }

    /** Sets the clock on the wall. */
    void setWall(long millis) {
        wall.addAndGet(millis);
    }

    static InstanceName name(String id) {
        return new InstanceName(ORDERS, id);
    }

    /** Registers an instance of orders as its owner would. */
    Grant register(String id, String... fields) {
        return registerAs(OPS, id, fields);
    }

    /** With fields as {@code name=value}; weight and lease are numbers. */
    Grant registerAs(Registrant by, String id, String... fields) {
        return registry.register(registration(id, fields), by);
    }

    Registration registration(String id, String... fields) {
        var all = new HashMap<String, Object>(Map.of("address", "10.0.0.1:8080"));
        for (var field : fields) {
            var parts = field.split("=", 2);
            all.put(parts[0], List.of("weight", "lease").contains(parts[0]) ? number(parts[1]) : parts[1]);
        }
        return Submission.registration(name(id), all, registry.config());
    }

    private static Object number(String text) {
        var number = Long.parseLong(text);
        return number <= Integer.MAX_VALUE ? (Object) (int) number : number;
    }

    Grant renew(String id) {
        return registry.renew(name(id), null, OPS);
    }

    /** The instances of orders, suspects with a question mark. */
    List<String> orders() {
        return registry.list(ORDERS).stream()
                .map(listing -> listing.instance().name().id() + (listing.suspect() ? "?" : ""))
                .toList();
    }

    /** What was logged after an index. */
    List<String> changes(long index) {
        return registry.since(index).orElseThrow().stream()
                .map(change ->
                        change.word() + " " + change.listing().instance().name().id())
                .toList();
    }
}
