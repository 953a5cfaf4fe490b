package gatehouse.cache;

import gatehouse.cluster.Commons;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;

/** What nodes have in common, with a fault between it and who asks. */
abstract class FlawedCommons implements Commons {
    /** What is asked in the end. */
    final Commons memory;

    FlawedCommons(Commons memory) {
        this.memory = memory;
    }

    /** Asks this question about a name, with its fault if there is one. */
    <T> Future<T> ask(String name, Supplier<Future<T>> question) {
        return question.get();
    }

    @Override
    public Future<List<Value>> read(List<String> names) {
        return ask(names.get(0), () -> memory.read(names));
    }

    @Override
    public Future<Boolean> commit(String name, long number, Buffer bytes, Duration life) {
        return ask(name, () -> memory.commit(name, number, bytes, life));
    }

    @Override
    public Future<Lease> acquire(String name, long above, Duration life) {
        return ask(name, () -> memory.acquire(name, above, life));
    }

    @Override
    public Future<Boolean> extend(String name, long number, Duration life) {
        return ask(name, () -> memory.extend(name, number, life));
    }

    @Override
    public Future<Void> release(String name, long number) {
        return ask(name, () -> memory.release(name, number));
    }
}
