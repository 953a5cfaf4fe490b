package gatehouse.cluster;

import com.hazelcast.map.EntryProcessor;
import com.hazelcast.map.ExtendedMapEntry;
import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import com.hazelcast.nio.serialization.DataSerializableFactory;
import com.hazelcast.nio.serialization.IdentifiedDataSerializable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What is done with one record, by the member that keeps it and at once, so that nobody comes between a look and a write. Times
 * are by that member's clock from beginning to end. A record is number, beginning, length in milliseconds, and the value.
 */
final class CommonsStep implements EntryProcessor<String, byte[], byte[]>, IdentifiedDataSerializable {
    static final int STEP = 1;
    static final int GREATER_NUMBER = 2;

    /** Reads these from other members, without the serialisation of Java. */
    static final DataSerializableFactory FACTORY = type -> type == STEP ? new CommonsStep() : new GreaterNumber();

    static final int FACTORY_ID = 0x6777;
    static final byte[] NO = {0};
    static final byte[] YES = {1};

    private static final long serialVersionUID = 1L;
    static final int HEADER = 3 * Long.BYTES;
    private static final int LEASE = 1 + 2 * Long.BYTES;
    private static final long MICROS = 1000;

    /** How long the number of a lease is remembered; after that the clock goes on from where it stands, which is greater. */
    private static final long NUMBER_LIFE = TimeUnit.HOURS.toMillis(1);

    /** What is done. */
    enum What {
        READ,
        COMMIT,
        ACQUIRE,
        EXTEND,
        RELEASE,
        /** Another member has done it; this is what came of it. */
        COPY
    }

    private What what = What.READ;
    private long number;
    private long life;
    private byte[] bytes = {};
    private transient @Nullable CommonsStep copy;

    CommonsStep() {}

    CommonsStep(What what, long number, long life, byte[] bytes) {
        this.what = what;
        this.number = number;
        this.life = life;
        this.bytes = bytes;
    }

    @Override
    public byte[] process(Map.Entry<String, byte[]> entry) {
        var held = entry.getValue();
        var now = System.currentTimeMillis();
        return switch (what) {
            case READ -> read(held, now);
            case COMMIT ->
                isAlive(held, now) && numberOf(held) >= number
                        ? NO
                        : put(entry, record(number, now, life, bytes), life);
            case ACQUIRE -> acquire(entry, held, now);
            case EXTEND -> isMine(held, now) ? put(entry, record(number, now, life, bytes), NUMBER_LIFE) : NO;
            case RELEASE -> isMine(held, now) ? put(entry, record(number, now, 0, bytes), NUMBER_LIFE) : NO;
            case COPY -> put(entry, bytes, life);
        };
    }

    /** The record with its age in the place of its beginning. */
    private static byte[] read(byte @Nullable [] held, long now) {
        if (held == null || !isAlive(held, now)) {
            return NO;
        }
        var found = held.clone();
        ByteBuffer.wrap(found).putLong(Long.BYTES, now - since(held));
        return found;
    }

    private byte[] acquire(Map.Entry<String, byte[]> entry, byte @Nullable [] held, long now) {
        if (held != null && isAlive(held, now)) {
            return lease(false, numberOf(held), since(held) + lifeOf(held) - now);
        }
        var before = held == null ? number : Math.max(number, numberOf(held));
        var next = Math.max(before + 1, now * MICROS);
        put(entry, record(next, now, life, bytes), NUMBER_LIFE);
        return lease(true, next, life);
    }

    private static byte[] lease(boolean isGiven, long number, long left) {
        return ByteBuffer.allocate(LEASE)
                .put((byte) (isGiven ? 1 : 0))
                .putLong(number)
                .putLong(left)
                .array();
    }

    private boolean isMine(byte @Nullable [] held, long now) {
        return isAlive(held, now) && numberOf(held) == number;
    }

    /** A clock that was set back ends what it would else prolong. */
    private static boolean isAlive(byte @Nullable [] held, long now) {
        if (held == null) {
            return false;
        }
        var passed = now - since(held);
        return passed >= 0 && passed < lifeOf(held);
    }

    private static long lifeOf(byte[] held) {
        return ByteBuffer.wrap(held).getLong(2 * Long.BYTES);
    }

    private static long numberOf(byte @Nullable [] held) {
        return held == null ? 0 : ByteBuffer.wrap(held).getLong();
    }

    private static long since(byte[] held) {
        return ByteBuffer.wrap(held).getLong(Long.BYTES);
    }

    private static byte[] record(long number, long now, long life, byte[] bytes) {
        return ByteBuffer.allocate(HEADER + bytes.length)
                .putLong(number)
                .putLong(now)
                .putLong(life)
                .put(bytes)
                .array();
    }

    private byte[] put(Map.Entry<String, byte[]> entry, byte[] value, long kept) {
        ((ExtendedMapEntry<String, byte[]>) entry).setValue(value, kept / 1000 + 1, TimeUnit.SECONDS);
        copy = new CommonsStep(What.COPY, 0, kept, value);
        return YES;
    }

    /** Asked after the step was done. */
    @Override
    public @Nullable EntryProcessor<String, byte[], byte[]> getBackupProcessor() {
        return copy;
    }

    @Override
    public int getFactoryId() {
        return FACTORY_ID;
    }

    @Override
    public int getClassId() {
        return STEP;
    }

    @Override
    public void writeData(ObjectDataOutput out) throws IOException {
        out.writeString(what.name());
        out.writeLong(number);
        out.writeLong(life);
        out.writeByteArray(bytes);
    }

    @Override
    public void readData(ObjectDataInput in) throws IOException {
        what = What.valueOf(in.readString()); // one of another version fails its question
        number = in.readLong();
        life = in.readLong();
        var read = in.readByteArray();
        bytes = read == null ? new byte[0] : read;
    }
}
