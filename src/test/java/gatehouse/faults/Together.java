package gatehouse.faults;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/** Work done by several clients at once. */
final class Together {
    /** What one of them does. */
    @FunctionalInterface
    interface Work<T> {
        T run(int number) throws Exception;
    }

    private Together() {}

    /** Lets so many do it, each on a thread of its own, and waits for all of them. */
    static <T> List<T> run(int count, Work<T> work) throws InterruptedException {
        var results = new ArrayList<CompletableFuture<T>>();
        for (int i = 0; i < count; i++) {
            int number = i;
            var result = new CompletableFuture<T>();
            results.add(result);
            var thread = new Thread(
                    null,
                    () -> {
                        try {
                            result.complete(work.run(number));
                        } catch (Exception | AssertionError e) {
                            result.completeExceptionally(e);
                        }
                    },
                    "client",
                    128 * 1024);
            thread.setDaemon(true);
            thread.start();
        }
        var all = new ArrayList<T>();
        for (var result : results) {
            try {
                all.add(result.get());
            } catch (ExecutionException e) {
                throw new IllegalStateException("a client failed: " + e.getCause(), e.getCause());
            }
        }
        return all;
    }
}
