package gatehouse.fuzz;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Sends mutated cases to a target for some time. The same seed makes the same cases in the same order; one that fails is
 * made as small as it still fails and written to a file.
 */
final class Fuzzer {
    private static final Path CORPUS = Path.of("src", "test", "resources", "fuzz");
    private static final Path FOUND = Path.of("target", "fuzz");
    private static final int LEAST_CASES = 20;
    private static final int MOST_TRIES = 400;
    private static final int MOST_FOUND = 10;

    private final Target target;
    private final long seed;
    private final List<String> found = new ArrayList<>();
    private long cases;

    Fuzzer(Target target, long seed) {
        this.target = target;
        this.seed = seed;
    }

    /** The corpus of a target by file name. */
    static Map<String, byte[]> corpus(String name) throws IOException {
        var all = new LinkedHashMap<String, byte[]>();
        try (var files = Files.list(CORPUS.resolve(name))) {
            for (var file : files.sorted().toList()) {
                all.put(file.getFileName().toString(), Escapes.read(Files.readString(file)));
            }
        }
        return all;
    }

    /** Runs until the time is over or too much was found; what was found, a line or more each. */
    List<String> run(Duration time) throws Exception {
        var corpus = List.copyOf(corpus(target.name()).values());
        var end = System.nanoTime() + time.toNanos();
        for (var i = 0L; (System.nanoTime() < end || i < LEAST_CASES) && found.size() < MOST_FOUND; i++) {
            var random = new Random(seed * 1_000_003 + i);
            var next = corpus.get(random.nextInt(corpus.size()));
            for (var steps = 1 + random.nextInt(4); steps > 0; steps--) {
                next = target.mutate(random, next);
            }
            cases++;
            var violations = Pending.without(target.run(next));
            if (!violations.isEmpty()) {
                keep(next, violations, i);
            }
        }
        return List.copyOf(found);
    }

    long cases() {
        return cases;
    }

    private void keep(byte[] failing, List<String> violations, long number) throws Exception {
        var small = minimise(failing);
        var again = Pending.without(target.run(small));
        var file = FOUND.resolve("%s-%d-%d.txt".formatted(target.name(), seed, number));
        var text = "# seed " + seed + ", case " + number + (again.isEmpty() ? ", does not fail each time" : "") + "\n# "
                + String.join("\n", again.isEmpty() ? violations : again).replace("\n", "\n# ") + "\n"
                + Escapes.write(again.isEmpty() ? failing : small);
        Files.createDirectories(FOUND);
        Files.writeString(file, text);
        found.add(file + "\n" + text);
    }

    /** Cuts out parts, large ones first, as long as something does not hold. */
    private byte[] minimise(byte[] failing) throws Exception {
        var small = failing;
        var tries = 0;
        for (var length = small.length / 2; length > 0; length /= 2) {
            for (var from = 0; from + length <= small.length && tries < MOST_TRIES; tries++) {
                var shorter = Bytes.without(small, from, length);
                if (Pending.without(target.run(shorter)).isEmpty()) {
                    from += length;
                } else {
                    small = shorter;
                }
            }
        }
        return Arrays.copyOf(small, small.length);
    }
}
