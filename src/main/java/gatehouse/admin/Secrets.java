package gatehouse.admin;

import gatehouse.config.PlainRecord;
import gatehouse.snapshot.Snapshot;
import java.util.Comparator;
import java.util.List;

/** Takes out of texts what came from the environment or from files of secrets. */
final class Secrets {
    /** A shorter one would be found in any sentence. */
    private static final int SHORTEST = 4;

    private final List<String> longestFirst;

    Secrets(Snapshot snapshot) {
        longestFirst = snapshot.blueprint().secrets().stream()
                .filter(secret -> secret.length() >= SHORTEST)
                .sorted(Comparator.comparingInt(String::length).reversed())
                .toList();
    }

    String hideIn(String text) {
        var hidden = text;
        for (var secret : longestFirst) {
            hidden = hidden.replace(secret, PlainRecord.HIDDEN);
        }
        return hidden;
    }
}
