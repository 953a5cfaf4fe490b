package gatehouse.cluster;

import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import com.hazelcast.nio.serialization.IdentifiedDataSerializable;
import com.hazelcast.spi.merge.MergingEntry;
import com.hazelcast.spi.merge.SplitBrainMergePolicy;
import java.nio.ByteBuffer;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Which of two records stays when members that were cut off from each other find together: the one of the greater number, and of the same
 * number the one that was written later. So nothing becomes older by it. Hazelcast makes it by its name.
 */
public final class GreaterNumber
        implements SplitBrainMergePolicy<byte[], MergingEntry<String, byte[]>, @Nullable Object>,
                IdentifiedDataSerializable {
    /** The one there is. */
    public GreaterNumber() {}

    @Override
    public @Nullable Object merge(
            MergingEntry<String, byte[]> coming, @Nullable MergingEntry<String, byte[]> standing) {
        var there = standing == null ? null : standing.getValue();
        return there == null ? coming.getValue() : merge(String.valueOf(coming.getKey()), coming.getValue(), there);
    }

    static byte[] merge(String key, byte[] coming, byte[] standing) {
        var a = ByteBuffer.wrap(coming);
        var b = ByteBuffer.wrap(standing);
        var number = Long.compare(a.getLong(), b.getLong());
        var stays = number > 0 || (number == 0 && a.getLong() > b.getLong()) ? coming : standing;
        if (!key.startsWith(Commons.EPOCH) || (number == 0 && isSame(coming, standing))) {
            return stays;
        }
        var another = stays.clone();
        ByteBuffer.wrap(another)
                .putLong(ByteBuffer.wrap(stays).getLong() + 1)
                .putLong(
                        another.length - Long.BYTES, ThreadLocalRandom.current().nextLong());
        return another;
    }

    /** But for the times. */
    private static boolean isSame(byte[] one, byte[] other) {
        return ByteBuffer.wrap(one, CommonsStep.HEADER, one.length - CommonsStep.HEADER)
                .equals(ByteBuffer.wrap(other, CommonsStep.HEADER, other.length - CommonsStep.HEADER));
    }

    @Override
    public int getFactoryId() {
        return CommonsStep.FACTORY_ID;
    }

    @Override
    public int getClassId() {
        return CommonsStep.GREATER_NUMBER;
    }

    @Override
    public void writeData(ObjectDataOutput out) {
        // there is nothing to tell
    }

    @Override
    public void readData(ObjectDataInput in) {
        // nor to learn
    }
}
