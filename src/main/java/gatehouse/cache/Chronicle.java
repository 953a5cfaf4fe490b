package gatehouse.cache;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What nodes tell each other in one record, under numbers that grow. Bounded: the oldest goes, and whoever has not read it by then
 * knows that something escaped him. Immutable.
 *
 * @param dropped greatest number that is not there any more; 0 for none
 * @param entries the others, the newest last
 */
record Chronicle(long dropped, List<Entry> entries) {
    private static final int MOST = 64;
    private static final int MOST_BYTES = 8192;

    /**
     * One thing that was told.
     *
     * @param number greater than that of all before; the same for what was told together
     * @param by who told it
     * @param what what was told
     */
    record Entry(long number, String by, JsonObject what) {}

    /** Where nothing is known of what was told up to a number. */
    static Chronicle beginningAfter(long number) {
        return new Chronicle(number, List.of());
    }

    /** What a record says; null where that is not to be understood. */
    static @Nullable Chronicle decode(Buffer bytes) {
        try {
            var json = new JsonObject(bytes);
            var entries = new ArrayList<Entry>();
            for (var each : json.getJsonArray("entries")) {
                var entry = (JsonObject) each;
                entries.add(new Entry(entry.getLong("n"), entry.getString("by"), entry.getJsonObject("what")));
            }
            return new Chronicle(json.getLong("dropped"), entries);
        } catch (DecodeException | ClassCastException | NullPointerException e) {
            return null;
        }
    }

    Buffer encode() {
        var all = new JsonArray();
        entries.forEach(entry -> all.add(
                new JsonObject().put("n", entry.number()).put("by", entry.by()).put("what", entry.what())));
        return new JsonObject().put("dropped", dropped).put("entries", all).toBuffer();
    }

    /** With more, less the oldest where there would be too much. */
    Chronicle with(List<Entry> more) {
        var all = new ArrayList<>(entries);
        all.addAll(more);
        var first = all.size();
        for (var bytes = 0; first > 0 && all.size() - first < MOST; first--) {
            bytes += all.get(first - 1).what().encode().length();
            if (bytes > MOST_BYTES) {
                break;
            }
        }
        return first == 0
                ? new Chronicle(dropped, List.copyOf(all))
                : new Chronicle(all.get(first - 1).number(), List.copyOf(all.subList(first, all.size())));
    }

    /** Whether all that was told after a number is there. */
    boolean reachesBackTo(long number) {
        return dropped <= number;
    }

    /** What was told after a number. */
    List<Entry> after(long number) {
        return entries.stream().filter(entry -> entry.number() > number).toList();
    }
}
