import java.io.IOException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import jdk.jfr.consumer.RecordedClass;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordingFile;

/**
 * Says what a flight recording knows about each request: {@code java bench/Profile.java FILE.jfr REQUESTS}.
 *
 * <p>Samples are taken of threads in Java code and of threads in native code. Of the latter, those that wait (for events,
 * for connections, to read a file) are left out; what is left are system calls that do something.
 */
public final class Profile {
    private static final int TOP = 25;
    private static final int OWN_DEPTH = 64;

    private final long requests;
    private final Map<String, Long> self = new HashMap<>();
    private final Map<String, Long> packages = new HashMap<>();
    private final Map<String, Long> rooms = new HashMap<>();
    private final Map<String, Long> threads = new HashMap<>();
    private final Map<String, Long> allocated = new HashMap<>();
    private final Map<String, Long> allocators = new HashMap<>();
    private final Set<Long> seen = new HashSet<>();
    private long samples;
    private long bytes;
    private long pauseNanos;
    private long collections;

    private Profile(long requests) {
        this.requests = requests;
    }

    public static void main(String[] given) throws IOException {
        if (given.length != 2) {
            System.err.println("usage: java Profile.java FILE.jfr REQUESTS");
            System.exit(2);
        }
        var profile = new Profile(Math.max(1, Long.parseLong(given[1])));
        try (var file = new RecordingFile(Path.of(given[0]))) {
            while (file.hasMoreEvents()) {
                profile.take(file.readEvent());
            }
        }
        profile.print();
    }

    private void take(RecordedEvent event) {
        switch (event.getEventType().getName()) {
            case "jdk.ExecutionSample" -> sample(event, false);
            case "jdk.NativeMethodSample" -> sample(event, true);
            case "jdk.ObjectAllocationSample" -> allocation(event);
            case "jdk.GarbageCollection" -> {
                collections++;
                pauseNanos += event.getDuration("sumOfPauses").toNanos();
            }
            default -> {}
        }
    }

    private void sample(RecordedEvent event, boolean isNative) {
        var frames = frames(event);
        if (frames.isEmpty() || isNative && waits(frames.get(0))) {
            return;
        }
        samples++;
        var top = frames.get(0);
        add(self, name(top) + (isNative ? "  [native]" : ""), 1);
        add(packages, packageOf(type(top)), 1);
        add(rooms, own(frames, false), 1);
        var thread = event.getThread("sampledThread");
        add(threads, thread == null ? "?" : thread.getJavaName() == null ? thread.getOSName() : thread.getJavaName(), 1);
    }

    /** A sample weighs what its thread has allocated since the one before; the first of a thread all since its start. */
    private void allocation(RecordedEvent event) {
        if (seen.add(event.getThread().getId())) {
            return;
        }
        var weight = event.getLong("weight");
        bytes += weight;
        RecordedClass type = event.getClass("objectClass");
        add(allocated, readable(type.getName()), weight);
        var frames = frames(event);
        add(allocators, own(frames, true), weight);
    }

    private static List<RecordedFrame> frames(RecordedEvent event) {
        var trace = event.getStackTrace();
        return trace == null ? List.of() : trace.getFrames();
    }

    /** A thread that waits is in native code, too, and costs nothing. */
    private static boolean waits(RecordedFrame frame) {
        var method = frame.getMethod().getName();
        return method.contains("Wait") || method.contains("wait") || method.contains("accept") || method.equals("select")
                || method.equals("poll") || method.contains("park") || method.equals("read0") || method.equals("submitAndGet0")
                || method.equals("ioUringEnter");
    }

    /** The nearest of our own methods on the stack, or the package on top where we are not. */
    private static String own(List<RecordedFrame> frames, boolean method) {
        for (var i = 0; i < Math.min(frames.size(), OWN_DEPTH); i++) {
            var type = type(frames.get(i));
            if (type.startsWith("gatehouse.")) {
                return method ? name(frames.get(i)) : packageOf(type);
            }
        }
        return frames.isEmpty() ? "(no stack)" : "(none of ours) " + packageOf(type(frames.get(0)));
    }

    private static String name(RecordedFrame frame) {
        return type(frame) + "." + frame.getMethod().getName();
    }

    /** Without what tells one lambda of a class from the next. */
    private static String type(RecordedFrame frame) {
        var type = frame.getMethod().getType().getName();
        var lambda = type.indexOf("$$Lambda");
        return lambda < 0 ? type.split("\\+0x")[0] : type.substring(0, lambda) + "$$Lambda";
    }

    /** Ours whole, others by their first four parts. */
    private static String packageOf(String type) {
        var end = type.lastIndexOf('.');
        var parts = (end < 0 ? "(none)" : type.substring(0, end)).split("\\.");
        return String.join(".", List.of(parts).subList(0, Math.min(4, parts.length)));
    }

    private static String readable(String type) {
        return switch (type) {
            case "[B" -> "byte[]";
            case "[C" -> "char[]";
            case "[I" -> "int[]";
            case "[J" -> "long[]";
            default -> type.contains("$$Lambda")
                    ? type.substring(0, type.indexOf("$$Lambda")) + "$$Lambda"
                    : type.startsWith("[L") ? type.substring(2, type.length() - 1) + "[]" : type;
        };
    }

    private static void add(Map<String, Long> to, String key, long many) {
        to.merge(key, many, Long::sum);
    }

    private void print() {
        System.out.printf("allocated            %.0f bytes a request%n", (double) bytes / requests);
        System.out.printf("collections          %d, %.1f ms of pauses in all%n", collections, pauseNanos / 1e6);
        System.out.printf("%nof %d samples of the CPU, by thread%n", samples);
        table(threads, samples, 8);
        System.out.printf("%nby package of the method on top%n");
        table(packages, samples, 20);
        System.out.printf("%nby room of ours that is nearest on the stack%n");
        table(rooms, samples, 20);
        System.out.printf("%nby method on top%n");
        table(self, samples, TOP);
        System.out.printf("%nallocated by class%n");
        table(allocated, bytes, TOP);
        System.out.printf("%nallocated by method of ours that is nearest on the stack%n");
        table(allocators, bytes, TOP);
    }

    private void table(Map<String, Long> rows, long whole, int most) {
        var ofBytes = whole == bytes;
        rows.entrySet().stream()
                .sorted(Map.Entry.<String, Long>comparingByValue(Comparator.reverseOrder()))
                .limit(most)
                .forEach(row -> {
                    var each = ofBytes ? String.format("%9.1f B", (double) row.getValue() / requests) : "";
                    System.out.printf("  %5.1f%% %s  %s%n", 100.0 * row.getValue() / Math.max(1, whole), each, row.getKey());
                });
    }
}
