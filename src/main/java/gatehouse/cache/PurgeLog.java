package gatehouse.cache;

import gatehouse.cluster.Commons;
import gatehouse.problem.ProblemException;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * What was purged of one slot lately, so that of what nodes share all goes that a purge covers, and nothing else. A response carries the
 * number of the last purge before it was asked for; later ones that cover it make it old. What is so old that the log does not reach
 * back to it is taken for covered. Thread-safe.
 */
final class PurgeLog {
    private static final Duration LIFE = Duration.ofDays(365);
    private static final int MOST_TRIES = 8;
    private static final int MOST_OWED = 16;
    private static final int EPOCH_BYTES = 8;

    /** What tells a purge from others; empty where all nodes hear of it in another way. */
    static final String ID = "id";

    private final Commons commons;
    private final String epochId;
    private final String logId;
    private volatile Known known = new Known(0, Chronicle.beginningAfter(0));
    private final List<JsonObject> owed = new ArrayList<>(); // under its lock
    private volatile boolean isInDoubt;

    private record Known(long number, Chronicle log) {}

    PurgeLog(Commons commons, int slot) {
        this.commons = commons;
        epochId = SharedIds.in(slot, Commons.EPOCH);
        logId = SharedIds.in(slot, "purges");
    }

    /** Name of the record that is read with each look. */
    String epochId() {
        return epochId;
    }

    /** The epoch as it stands there; 0 where it makes no sense. */
    static long epochOf(Commons.Value record) {
        return record.bytes().length() == EPOCH_BYTES ? record.bytes().getLong(0) : 0;
    }

    /** Whether purges may have got lost on their way there: then a new epoch is to begin before anything is read. */
    boolean isInDoubt() {
        return isInDoubt;
    }

    /** Something did not get there. */
    void doubt() {
        isInDoubt = true;
    }

    /** Begins an epoch where there is none. */
    Future<Boolean> create() {
        return commons.commit(epochId, 1, random(), LIFE);
    }

    /** All that stands there is out of date, as it is not known what was to be forgotten. */
    Future<Void> beginEpoch() {
        List<JsonObject> now;
        synchronized (owed) {
            now = List.copyOf(owed);
        }
        var told = now.isEmpty() ? List.of(encode(Purge.NOTHING)) : now;
        return append(told, true, MOST_TRIES).onSuccess(begun -> {
            synchronized (owed) {
                owed.removeAll(now);
                isInDoubt = !owed.isEmpty();
            }
        });
    }

    private static Buffer random() {
        return Buffer.buffer().appendLong(ThreadLocalRandom.current().nextLong());
    }

    /** Completes once no node takes any more what a purge covers, or when that is in doubt; once for each id. */
    Future<Void> add(Purge purge, String id) {
        var what = encode(purge).put(ID, id);
        return append(List.of(what), false, MOST_TRIES).recover(cause -> {
            synchronized (owed) {
                if (owed.size() == MOST_OWED) {
                    owed.clear();
                    owed.add(encode(Purge.ALL).put(ID, id));
                } else {
                    owed.add(what);
                }
            }
            doubt();
            return Future.succeededFuture();
        });
    }

    private Future<Void> append(List<JsonObject> all, boolean isNewEpoch, int tries) {
        return commons.read(List.of(epochId, logId)).compose(read -> {
            var epoch = read.get(0);
            var record = read.get(1);
            var last = epoch == null ? 0 : epoch.number();
            var log = logOf(record, last);
            // one number for all: of two nodes that have read the same log the second is refused, however much it tells
            var written = Math.max(last, record == null ? 0 : record.number()) + 1;
            var more = all.stream()
                    .filter(what -> !isThere(log, what))
                    .map(what -> new Chronicle.Entry(written, "", what))
                    .toList();
            if (more.isEmpty() && !isNewEpoch) {
                return Future.succeededFuture();
            }
            var bytes = epoch == null || isNewEpoch ? random() : epoch.bytes();
            return commons.commit(logId, written, log.with(more).encode(), LIFE)
                    .compose(done -> done
                            ? commons.commit(epochId, written, bytes, LIFE)
                                    // a greater number, which another node has written meanwhile, does as well
                                    .map(begun -> begun || !isNewEpoch)
                            : Future.succeededFuture(false))
                    .compose(done -> {
                        if (done) {
                            return Future.succeededFuture();
                        }
                        return tries == 0
                                ? Future.failedFuture("others were faster")
                                : append(all, isNewEpoch, tries - 1);
                    });
        });
    }

    private static boolean isThere(Chronicle log, JsonObject what) {
        var id = what.getString(ID, "");
        return !id.isEmpty()
                && log.entries().stream()
                        .anyMatch(entry -> id.equals(entry.what().getString(ID)));
    }

    /** What is known of what was purged up to a number. */
    private static Chronicle logOf(Commons.@Nullable Value record, long number) {
        if (record == null || record.number() < number) {
            return Chronicle.beginningAfter(number);
        }
        var read = Chronicle.decode(record.bytes());
        return read == null ? Chronicle.beginningAfter(record.number()) : read;
    }

    /** Purges up to a number; perhaps later ones, too. */
    Future<Chronicle> upTo(long number) {
        var have = known;
        if (have.number() >= number) {
            return Future.succeededFuture(have.log());
        }
        return commons.read(List.of(logId)).map(all -> {
            var log = logOf(all.get(0), number);
            known = new Known(number, log);
            return log;
        });
    }

    /**
     * Whether purges cover what was asked for before them.
     *
     * @param since number of the last purge before
     */
    static boolean covers(Chronicle log, long since, Key key, Stored stored) {
        if (!log.reachesBackTo(since)) {
            return true;
        }
        for (var entry : log.entries()) {
            if (entry.number() > since) {
                var purge = decode(entry.what());
                if (purge == null || purge.covers(key, stored)) {
                    return true;
                }
            }
        }
        return false;
    }

    private static JsonObject encode(Purge purge) {
        return new JsonObject()
                .put("tags", new JsonArray(purge.tags()))
                .put("urls", new JsonArray(purge.urls()))
                .put("prefix", purge.prefix())
                .put("all", purge.all())
                .put("soft", purge.soft());
    }

    /** What one says; null where that is not to be understood. */
    static @Nullable Purge decode(JsonObject what) {
        try {
            return new Purge(
                    texts(what.getJsonArray("tags")),
                    texts(what.getJsonArray("urls")),
                    what.getString("prefix"),
                    what.getBoolean("all", false),
                    what.getBoolean("soft", false));
        } catch (ClassCastException | ProblemException e) {
            return null;
        }
    }

    private static List<String> texts(@Nullable JsonArray all) {
        return all == null ? List.of() : all.stream().map(String.class::cast).toList();
    }
}
