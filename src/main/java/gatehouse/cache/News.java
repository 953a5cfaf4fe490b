package gatehouse.cache;

import gatehouse.bus.Subscription;
import gatehouse.cluster.Commons;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLongArray;
import org.jspecify.annotations.Nullable;

/**
 * What nodes tell each other of what is old, for the sake of what each has in memory: at once by the event bus, and each second by what
 * they have in common, so that nothing depends on what the bus delivers. Nobody looks before something is shared. Thread-safe.
 */
final class News {
    private static final long EACH_MILLIS = 1000;

    private final Vertx vertx;
    private final Commons commons;
    private final Listener listener;
    private final String self = UUID.randomUUID().toString();
    private final List<PurgeLog> purges = new ArrayList<>();
    private final List<Changes> changes = new ArrayList<>();
    private final AtomicLongArray heard = new AtomicLongArray(SharedIds.SLOTS);
    private final Subscription subscription;
    private final long timer;
    private volatile boolean hasBegun;

    /** Who forgets on this node. From any thread. */
    interface Listener {
        /** A resource was changed. */
        void changed(Key key);

        /** Anything in a slot may have been changed. */
        void changed(int slot);

        /** Something was purged, perhaps here. */
        void purged(Purge purge, String id);
    }

    News(Vertx vertx, Commons commons, Listener listener) {
        this.vertx = vertx;
        this.commons = commons;
        this.listener = listener;
        for (var slot = 0; slot < SharedIds.SLOTS; slot++) {
            purges.add(new PurgeLog(commons, slot));
            changes.add(new Changes(commons, slot, self));
            heard.set(slot, -1);
        }
        subscription = Changed.TOPIC.subscribe(vertx, this::told);
        timer = vertx.setPeriodic(EACH_MILLIS, each -> read());
    }

    PurgeLog purges(int slot) {
        return purges.get(slot);
    }

    /** From now on there is something in memory that others may change. */
    void begin() {
        hasBegun = true;
    }

    /** What this node takes from now on is not older than a purge. */
    void purgedUpTo(int slot, long number) {
        heard.compareAndSet(slot, -1, number);
    }

    /** Tells other nodes of changes where they will read it. */
    Future<Void> tell(List<Key> keys) {
        var told = new ArrayList<Future<Void>>();
        keys.forEach(key -> told.add(changes.get(SharedIds.slotOf(key)).tell(key)));
        return Future.join(told).mapEmpty();
    }

    /** Tells them at once. */
    void publish(List<Key> keys) {
        Changed.TOPIC.publish(
                vertx, new Changed(self, keys.stream().map(Key::parts).toList()));
    }

    private void told(Changed told) {
        var keys = told.keys();
        if (keys != null && !self.equals(told.by())) {
            for (var parts : keys) {
                var key = Key.of(parts);
                if (key != null) {
                    listener.changed(key);
                }
            }
        }
    }

    /** One question to each who keeps a part. */
    private void read() {
        if (!hasBegun) {
            return;
        }
        Map<String, List<Integer>> slots = new HashMap<>();
        for (var slot = 0; slot < SharedIds.SLOTS; slot++) {
            changes.get(slot).tellOwed();
            if (purges.get(slot).isInDoubt()) {
                var unused = purges.get(slot).beginEpoch();
            }
            var keeper = commons.keeper(changes.get(slot).id());
            slots.computeIfAbsent(keeper, first -> new ArrayList<>()).add(slot);
        }
        slots.values().forEach(this::read);
    }

    private void read(List<Integer> slots) {
        var ids = new ArrayList<String>();
        for (var slot : slots) {
            ids.add(purges.get(slot).epochId());
            ids.add(changes.get(slot).id());
        }
        commons.read(ids).onSuccess(all -> {
            for (var i = 0; i < slots.size(); i++) {
                purged(slots.get(i), all.get(2 * i));
                changed(slots.get(i), all.get(2 * i + 1));
            }
        });
    }

    private void changed(int slot, Commons.@Nullable Value record) {
        var told = changes.get(slot).hear(record, System.nanoTime());
        if (told.isAll()) {
            listener.changed(slot);
        } else {
            told.keys().forEach(listener::changed);
        }
    }

    private void purged(int slot, Commons.@Nullable Value epoch) {
        var before = heard.get(slot);
        if (epoch == null || before < 0 || epoch.number() <= before) {
            return;
        }
        purges.get(slot).upTo(epoch.number()).onSuccess(log -> {
            heard.set(slot, epoch.number());
            if (!log.reachesBackTo(before)) {
                listener.changed(slot);
            }
            for (var entry : log.after(before)) {
                var id = entry.what().getString(PurgeLog.ID, "");
                var purge = PurgeLog.decode(entry.what());
                if (purge != null && !id.isEmpty()) {
                    listener.purged(purge, id);
                }
            }
        });
    }

    Future<Void> close() {
        vertx.cancelTimer(timer);
        return subscription.close();
    }
}
