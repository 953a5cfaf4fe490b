package gatehouse.cluster;

import io.vertx.core.Vertx;
import java.util.List;
import java.util.UUID;

/** A node without others. */
public final class Alone implements Cluster {
    private final Vertx vertx;
    private final Member self;
    private final Commons commons = new MemoryCommons(System::nanoTime);

    /** A cluster of one. */
    public Alone(Vertx vertx, String name) {
        this.vertx = vertx;
        self = new Member(UUID.randomUUID().toString(), name, "", true);
    }

    @Override
    public String self() {
        return self.id();
    }

    @Override
    public List<Member> members() {
        return List.of(self);
    }

    @Override
    public boolean isShared() {
        return false;
    }

    @Override
    public void onChange(Runnable changed) {
        // nobody comes or goes
    }

    @Override
    public SharedMap map(String name) {
        return new SharedMap(vertx.sharedData().getLocalAsyncMap(name));
    }

    @Override
    public Commons commons() {
        return commons;
    }
}
