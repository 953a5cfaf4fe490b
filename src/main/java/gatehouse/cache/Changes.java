package gatehouse.cache;

import gatehouse.cluster.Commons;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What requests have changed in one slot, told to other nodes by a record that each reads every moment: what is told at one time
 * goes as one. What does not get there is told again later. Thread-safe.
 */
final class Changes {
    /** How long the record stays; who has not read it for so long has missed what it said. */
    static final Duration LIFE = Duration.ofMinutes(10);

    private static final int MOST_TRIES = 8;
    private static final int MOST_OWED = 64;

    /** Told where it is too much to tell: all of the slot. */
    private static final String ALL = "all";

    private final Commons commons;
    private final String by;
    private final String id;
    private List<JsonObject> owed = new ArrayList<>(); // these three under the lock
    private Promise<Void> next = Promise.promise();
    private boolean isTelling;
    private volatile long heard;
    private volatile long heardAt;

    /**
     * @param by the node's life
     */
    Changes(Commons commons, int slot, String by) {
        this.commons = commons;
        this.by = by;
        // what two sides of a cut have told makes no sense together: then it may be anything
        id = SharedIds.in(slot, Commons.EPOCH + ":changes");
    }

    /** Name of the record. */
    String id() {
        return id;
    }

    /** Tells of one; completes when it is there, or was tried. */
    Future<Void> tell(Key key) {
        Future<Void> told;
        synchronized (this) {
            owed.add(new JsonObject().put("key", new JsonArray(key.parts())));
            if (owed.size() > MOST_OWED) {
                owed = new ArrayList<>(List.of(new JsonObject().put(ALL, true)));
            }
            told = next.future();
        }
        tellOwed();
        return told;
    }

    /** Tells what did not get there. */
    void tellOwed() {
        List<JsonObject> now;
        Promise<Void> done;
        synchronized (this) {
            if (isTelling || owed.isEmpty()) {
                return;
            }
            isTelling = true;
            now = owed;
            done = next;
            owed = new ArrayList<>();
            next = Promise.promise();
        }
        append(now, MOST_TRIES).onComplete(told -> {
            var tried = List.of(done);
            synchronized (this) {
                isTelling = false;
                if (told.failed()) {
                    owed.addAll(0, now);
                    tried = List.of(done, next); // nobody waits for another try
                    next = Promise.promise();
                }
            }
            tried.forEach(Promise::complete);
            if (told.succeeded()) {
                tellOwed();
            }
        });
    }

    private Future<Void> append(List<JsonObject> all, int tries) {
        return commons.read(List.of(id)).compose(read -> {
            var record = read.get(0);
            var before = record == null ? null : Chronicle.decode(record.bytes());
            // of a record that is gone the numbers are forgotten, but not by who has read them
            var last = record == null ? System.currentTimeMillis() / 1000 * 1_000_000 : record.number();
            var chronicle = before != null ? before : Chronicle.beginningAfter(record == null ? 0 : last);
            // one number for all: of two nodes that have read the same record the second is refused, however much it
            // tells
            var number = last + 1;
            var more = all.stream()
                    .map(what -> new Chronicle.Entry(number, by, what))
                    .toList();
            return commons.commit(id, number, chronicle.with(more).encode(), LIFE)
                    .compose(written -> {
                        if (written) {
                            return Future.succeededFuture();
                        }
                        return tries == 0 ? Future.failedFuture("others were faster") : append(all, tries - 1);
                    });
        });
    }

    /**
     * What others have changed since this was asked last.
     *
     * @param keys the resources
     * @param isAll whether it may be anything: something escaped this node
     */
    record Heard(List<Key> keys, boolean isAll) {
        static final Heard NONE = new Heard(List.of(), false);
    }

    /** The record was read. */
    synchronized Heard hear(Commons.@Nullable Value record, long now) {
        var isTooLate = heardAt != 0 && now - heardAt > LIFE.toNanos() / 2;
        heardAt = now;
        if (record == null || record.number() == heard) {
            return isTooLate ? new Heard(List.of(), true) : Heard.NONE;
        }
        var since = record.number() < heard ? 0 : heard;
        heard = record.number();
        var chronicle = Chronicle.decode(record.bytes());
        if (chronicle == null || isTooLate || !chronicle.reachesBackTo(since)) {
            return new Heard(List.of(), true);
        }
        var keys = new ArrayList<Key>();
        for (var entry : chronicle.after(since)) {
            if (!entry.by().equals(by)) {
                var parts = entry.what().getJsonArray("key");
                var key = parts == null ? null : Key.of(parts.getList());
                if (key == null) {
                    return new Heard(List.of(), true);
                }
                keys.add(key);
            }
        }
        return new Heard(keys, false);
    }
}
