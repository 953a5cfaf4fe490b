package gatehouse.snapshot;

import io.vertx.core.Vertx;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Holds the snapshot in force. Thread-safe. */
public final class Snapshots {
    private final AtomicReference<@Nullable Snapshot> current = new AtomicReference<>();

    /** The one in force; there is one from before the first verticle starts. */
    public Snapshot current() {
        return Objects.requireNonNull(current.get(), "no snapshot is in force yet");
    }

    /** Whether one is in force. */
    public boolean isEmpty() {
        return current.get() == null;
    }

    /** Puts the next one in force and tells this node. */
    public void replace(Vertx vertx, Snapshot next) {
        current.set(next);
        ConfigChanged.TOPIC.publishLocal(vertx, new ConfigChanged(next.number()));
    }
}
