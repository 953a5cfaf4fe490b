package gatehouse.registrar;

import gatehouse.registry.Following;
import gatehouse.registry.Registry;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs the registry of this node: brings leases back at its start, saves them when they change, now and then, and at its end. */
public final class RegistryVerticle extends VerticleBase {
    private static final Logger LOG = LoggerFactory.getLogger(RegistryVerticle.class);
    private static final long SWEEP_MILLIS = 100;

    private final Registry registry;
    private final LeaseFile file;
    private final BusApi bus;
    private final RegistryNode node;
    private final AtomicBoolean nudged = new AtomicBoolean();
    private @Nullable Following following;
    private @Nullable Companions companions;
    private @Nullable Savings savings;
    private long told;

    /** An instance of a deployment. */
    public RegistryVerticle(RegistryNode node) {
        this.node = node;
        registry = node.registry();
        file = new LeaseFile(node.file());
        bus = new BusApi(registry);
    }

    @Override
    public Future<?> start() {
        return vertx.executeBlocking(() -> file.load(System.currentTimeMillis()))
                .recover(unreadable -> {
                    LOG.error("registry: saved leases can't be read, it begins empty: {}", unreadable.toString());
                    return Future.succeededFuture(List.of());
                })
                .compose(entries -> {
                    registry.atOnce(
                            () -> entries.stream().filter(registry::merge).count());
                    var leases = entries.stream().filter(entry -> !entry.gone()).count();
                    if (leases > 0) {
                        LOG.info("registry: {} of {} saved leases are taken up", registry.size(), leases);
                    }
                    begin();
                    return bus.begin(vertx);
                })
                .compose(answering -> meet());
    }

    private Future<?> meet() {
        if (!node.cluster().isShared()) {
            return Future.succeededFuture();
        }
        companions = new Companions(vertx, node.cluster(), registry, node.compare());
        return companions.begin();
    }

    private void begin() {
        told = registry.index();
        var saving = new Savings(vertx, registry, () -> file.save(registry.entries(), System.currentTimeMillis()));
        saving.begin();
        savings = saving;
        var loop = vertx.getOrCreateContext();
        following = registry.follow(() -> {
            if (nudged.compareAndSet(false, true)) { // what comes until then is told with it
                loop.runOnContext(go -> {
                    saving.soon();
                    tell();
                });
            }
        });
        vertx.setPeriodic(SWEEP_MILLIS, due -> registry.sweep());
    }

    private void tell() {
        nudged.set(false);
        var changes = registry.since(told);
        if (changes.isEmpty()) {
            told = registry.index(); // the gap in the numbers says that there was more
            return;
        }
        for (var change : changes.get()) {
            RegistryChanged.TOPIC.publishLocal(vertx, RegistryChanged.of(change));
            told = change.index();
        }
    }

    @Override
    public Future<?> stop() {
        if (following != null) {
            following.end();
        }
        var told = companions == null ? Future.succeededFuture() : companions.end();
        return told.transform(gone -> bus.end())
                .transform(ended -> savings == null ? Future.succeededFuture() : savings.end());
    }
}
