package gatehouse.cache;

import gatehouse.exchange.Fields;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import java.util.List;

/** Lays the fields of a 304 over those of the stored response that it confirms (RFC 9111 §3.2, §4.3.4). */
final class Freshening {
    private Freshening() {}

    static MultiMap merged(Stored.Head stored, MultiMap update) {
        var merged = HttpHeaders.headers();
        var kept = stored.fields();
        for (var i = 0; i < kept.size(); i += 2) {
            if (describesBody(kept.get(i)) || !update.contains(kept.get(i))) {
                merged.add(kept.get(i), kept.get(i + 1));
            }
        }
        var connection = update.getAll("connection");
        for (var field : update) {
            var name = field.getKey();
            if (!describesBody(name) && !Fields.isHopByHop(name) && !isNominated(connection, name)) {
                merged.add(name, field.getValue());
            }
        }
        return merged;
    }

    private static boolean isNominated(List<String> connection, String name) {
        return !connection.isEmpty() && Fields.isNominated(connection, name);
    }

    /** Fields of the body as it is stored, which a 304 has none of. */
    private static boolean describesBody(CharSequence name) {
        return switch (name.length()) {
            case 11 -> Fields.is(name, "content-md5");
            case 13 -> Fields.is(name, "content-range");
            case 14 -> Fields.is(name, "content-length");
            case 16 -> Fields.is(name, "content-encoding");
            default -> false;
        };
    }
}
