package gatehouse.cluster;

import com.hazelcast.config.Config;
import com.hazelcast.config.EvictionConfig;
import com.hazelcast.config.EvictionPolicy;
import com.hazelcast.config.MapConfig;
import com.hazelcast.config.MaxSizePolicy;
import com.hazelcast.config.MergePolicyConfig;
import com.hazelcast.config.PartitioningStrategyConfig;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.HazelcastInstanceNotActiveException;
import com.hazelcast.map.IMap;
import com.hazelcast.partition.PartitionService;
import com.hazelcast.partition.strategy.StringPartitioningStrategy;
import gatehouse.cluster.CommonsStep.What;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What members have in common, in two maps of which each member keeps a part, and a copy of another part. Takes no thread. */
final class MapCommons implements Commons {
    private static final String LEASES = "gatehouse.leases";
    private static final String VALUES = "gatehouse.values";
    private static final int MOST_LEASES = 100_000;
    private static final int MERGE_BATCH = 100;
    private static final int HEADER = 3 * Long.BYTES;
    private static final byte[] NOTHING = {};

    private final Supplier<Vertx> vertx;
    private final IMap<String, byte[]> leases;
    private final IMap<String, byte[]> values;
    private final PartitionService partitions;

    MapCommons(Supplier<Vertx> vertx, HazelcastInstance hazelcast) {
        this.vertx = vertx;
        leases = hazelcast.getMap(LEASES);
        values = hazelcast.getMap(VALUES);
        partitions = hazelcast.getPartitionService();
    }

    /**
     * Bounds the maps of a member that is yet to be made.
     *
     * @param bytes most that it keeps of values
     */
    static void configure(Config config, long bytes) {
        config.getSerializationConfig().addDataSerializableFactory(CommonsStep.FACTORY_ID, CommonsStep.FACTORY);
        config.addMapConfig(bounded(LEASES, MaxSizePolicy.PER_NODE, MOST_LEASES));
        config.addMapConfig(bounded(VALUES, MaxSizePolicy.USED_HEAP_SIZE, (int) Math.max(1, bytes >> 20)));
    }

    private static MapConfig bounded(String name, MaxSizePolicy what, int most) {
        return new MapConfig(name)
                .setBackupCount(0) // one that stands still would hold up who waits for its copy
                .setAsyncBackupCount(1)
                .setPartitioningStrategyConfig(
                        new PartitioningStrategyConfig(StringPartitioningStrategy.class.getName()))
                .setMergePolicyConfig(new MergePolicyConfig(GreaterNumber.class.getName(), MERGE_BATCH))
                .setStatisticsEnabled(false)
                .setEvictionConfig(new EvictionConfig()
                        .setEvictionPolicy(EvictionPolicy.LRU)
                        .setMaxSizePolicy(what)
                        .setSize(most));
    }

    private Future<byte[]> submit(IMap<String, byte[]> map, String key, CommonsStep step) {
        try {
            return Future.fromCompletionStage(
                    map.submitToKey(key, step), vertx.get().getOrCreateContext());
        } catch (RuntimeException e) {
            return Future.failedFuture(e); // this member is going
        }
    }

    @Override
    public String keeper(String key) {
        try {
            var owner = partitions
                    .getPartition(StringPartitioningStrategy.getPartitionKey(key))
                    .getOwner();
            return owner == null ? "" : owner.getAddress().toString();
        } catch (HazelcastInstanceNotActiveException e) {
            return ""; // what is asked next fails by itself
        }
    }

    private static boolean isYes(byte[] answer) {
        return answer.length == 1 && answer[0] == 1;
    }

    @Override
    public Future<List<@Nullable Value>> read(List<String> keys) {
        var asked = new ArrayList<Future<byte[]>>(keys.size());
        for (var key : keys) {
            asked.add(submit(values, key, new CommonsStep(What.READ, 0, 0, NOTHING)));
        }
        return Future.all(asked).map(all -> {
            List<@Nullable Value> found = new ArrayList<>(keys.size());
            asked.forEach(each -> found.add(value(each.result())));
            return found;
        });
    }

    private static @Nullable Value value(byte[] record) {
        if (record.length < HEADER) {
            return null;
        }
        var fields = ByteBuffer.wrap(record);
        var bytes = Buffer.buffer(record.length - HEADER).appendBytes(record, HEADER, record.length - HEADER);
        return new Value(fields.getLong(), bytes, Duration.ofMillis(fields.getLong()));
    }

    @Override
    public Future<Boolean> commit(String key, long number, Buffer bytes, Duration life) {
        return submit(values, key, new CommonsStep(What.COMMIT, number, life.toMillis(), bytes.getBytes()))
                .map(MapCommons::isYes);
    }

    @Override
    public Future<Lease> acquire(String key, long above, Duration life) {
        return submit(leases, key, new CommonsStep(What.ACQUIRE, above, life.toMillis(), NOTHING))
                .map(answer -> {
                    var fields = ByteBuffer.wrap(answer);
                    return new Lease(fields.get() == 1, fields.getLong(), Duration.ofMillis(fields.getLong()));
                });
    }

    @Override
    public Future<Boolean> extend(String key, long number, Duration life) {
        return submit(leases, key, new CommonsStep(What.EXTEND, number, life.toMillis(), NOTHING))
                .map(MapCommons::isYes);
    }

    @Override
    public Future<Void> release(String key, long number) {
        return submit(leases, key, new CommonsStep(What.RELEASE, number, 0, NOTHING))
                .mapEmpty();
    }
}
