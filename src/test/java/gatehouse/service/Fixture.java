package gatehouse.service;

import gatehouse.config.BalanceConfig;
import gatehouse.config.BalanceConfig.By;
import gatehouse.config.BalanceConfig.Sticky;
import gatehouse.config.HashKey;
import gatehouse.config.HealthConfig;
import gatehouse.config.HealthConfig.Active;
import gatehouse.config.HealthConfig.Passive;
import gatehouse.config.PolicySet;
import gatehouse.config.ServiceConfig;
import gatehouse.config.ServiceConfig.Concurrency;
import gatehouse.config.ServiceConfig.ForwarderKind;
import gatehouse.config.ServiceConfig.HostHeader;
import gatehouse.config.ServiceConfig.Pool;
import gatehouse.config.ServiceConfig.TargetConfig;
import gatehouse.config.Share;
import gatehouse.config.TargetUrl;
import gatehouse.exchange.RequestHead;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** A service as its configuration would describe it, changed key by key, and what its tests ask of it. */
final class Fixture {
    private final List<TargetConfig> targets = new ArrayList<>();
    private By by = By.ROUND_ROBIN;
    private @Nullable HashKey key;
    private @Nullable Sticky sticky;
    private Duration slowStart = Duration.ZERO;
    private @Nullable Active active;
    private @Nullable Passive passive =
            new Passive(3, Duration.ofSeconds(10), Duration.ofSeconds(1), Share.parse("50%"));
    private Share panic = Share.parse("50%");
    private Duration resolve = Duration.ofMillis(10);

    /** Targets {@code 10.0.0.1:80} and so on, with these weights. */
    static Fixture weights(int... weights) {
        var fixture = new Fixture();
        for (var i = 0; i < weights.length; i++) {
            fixture.targets.add(new TargetConfig(TargetUrl.parse("http://10.0.0." + (i + 1)), weights[i]));
        }
        return fixture;
    }

    static Fixture urls(String... urls) {
        var fixture = new Fixture();
        for (var url : urls) {
            fixture.targets.add(new TargetConfig(TargetUrl.parse(url), 1));
        }
        return fixture;
    }

    Fixture by(By by) {
        this.by = by;
        return this;
    }

    Fixture hash(String key) {
        this.by = By.HASH;
        this.key = HashKey.parse(key);
        return this;
    }

    Fixture sticky(String cookie) {
        this.sticky = new Sticky(cookie, null);
        return this;
    }

    Fixture slowStart(Duration slowStart) {
        this.slowStart = slowStart;
        return this;
    }

    Fixture active(String path, Duration every, Duration timeout, int rise, int fall) {
        this.active = new Active(path, null, every, timeout, rise, fall);
        return this;
    }

    Fixture maxEjected(String share) {
        this.passive = new Passive(3, Duration.ofSeconds(10), Duration.ofSeconds(1), Share.parse(share));
        return this;
    }

    Fixture unwatched() {
        this.passive = null;
        return this;
    }

    Fixture panic(String share) {
        this.panic = Share.parse(share);
        return this;
    }

    ServiceConfig config() {
        return new ServiceConfig(
                targets,
                null,
                new BalanceConfig(by, key, sticky, slowStart),
                new HealthConfig(active, passive, panic),
                new Pool(64, 64, Duration.ofMillis(100), Duration.ofSeconds(20), false),
                new Concurrency(1000, 20, true),
                ForwarderKind.OWN,
                List.of(),
                HostHeader.CLIENT,
                resolve,
                null,
                null,
                ServiceConfig.ServiceProtocol.HTTP,
                PolicySet.NONE);
    }

    /** A roster in which those targets are placed that stand there as addresses. */
    Roster roster(LongSupplier clock, List<HealthChanged> news) {
        var config = config();
        var roster = new Roster(
                "users", config, new Stickiness("users", sticky, new byte[32]), clock, new Roster.Listener() {
                    @Override
                    public void healthChanged(HealthChanged change) {
                        news.add(change);
                    }

                    @Override
                    public void panicChanged(boolean panic) {
                        news.add(new HealthChanged("users", "all", panic ? "panic" : "calm", ""));
                    }

                    @Override
                    public void lineupChanged() {}

                    @Override
                    public void targetsChanged(List<Target> targets) {}
                });
        for (var target : config.targets()) {
            if (Names.isAddress(target.url().host())) {
                roster.place(target.url(), List.of(target.url().host()), false);
            }
        }
        return roster;
    }

    /** A clock that stands still until it is turned. */
    static final class Clock implements LongSupplier {
        private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 5_000_000_000L);

        @Override
        public long getAsLong() {
            return now.get();
        }

        void pass(long millis) {
            now.addAndGet(Duration.ofMillis(millis).toNanos());
        }
    }

    /** A request of which only headers and the client matter. */
    record Head(String clientAddress, Map<String, String> headers) implements RequestHead {
        static final Head PLAIN = new Head("192.0.2.1", Map.of());

        static Head from(String clientAddress) {
            return new Head(clientAddress, Map.of());
        }

        static Head with(String name, String value) {
            var headers = new TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
            headers.put(name, value);
            return new Head("192.0.2.1", headers);
        }

        @Override
        public String listener() {
            return "web";
        }

        @Override
        public String method() {
            return "GET";
        }

        @Override
        public String host() {
            return "example.com";
        }

        @Override
        public String path() {
            return "/";
        }

        @Override
        public @Nullable String query() {
            return null;
        }

        @Override
        public @Nullable String header(String name) {
            return headers.get(name);
        }
    }
}
