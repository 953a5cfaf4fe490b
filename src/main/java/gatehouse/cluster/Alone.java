package gatehouse.cluster;

import io.vertx.core.Vertx;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/** A node without others. */
public final class Alone implements Cluster {
    private final Vertx vertx;
    private final Member self;
    private final byte[] secret = new byte[32];
    private final Commons commons = new MemoryCommons(System::nanoTime);
    private final Ledger ledger;

    /** A cluster of one. */
    public Alone(Vertx vertx, String name) {
        this.vertx = vertx;
        self = new Member(UUID.randomUUID().toString(), name, "", true);
        new SecureRandom().nextBytes(secret);
        ledger = new MapLedger(this, InstantSource.system());
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
    public Set<Integer> ports() {
        return Set.of();
    }

    @Override
    public void listensAt(Set<Integer> ports) {
        // nobody is told
    }

    @Override
    public Map<InetAddress, Set<Integer>> portsOfOthers() {
        return Map.of();
    }

    @Override
    public boolean isShared() {
        return false;
    }

    @Override
    public byte[] key(String purpose) {
        return Secret.hmac(secret, purpose.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void onChange(Runnable changed) {
        // nobody comes or goes
    }

    @Override
    public SharedMap map(String name) {
        return new SharedMap(
                vertx.sharedData().getLocalAsyncMap(name),
                (map, key, value, next, life) -> map.replaceIfPresent(key, value, next, life));
    }

    @Override
    public Ledger ledger() {
        return ledger;
    }

    @Override
    public Commons commons() {
        return commons;
    }
}
