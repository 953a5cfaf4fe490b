package gatehouse.cache;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * Names of what belongs to a place where nodes share. All that has to do with a key lies in its slot, which is kept in one piece: a member
 * of the cluster that stands still keeps nobody from the slots of the others.
 *
 * @param value of its response and its lease
 * @param stamp of what changes with its resource
 * @param slot number of the slot of its key
 */
record SharedIds(String value, String stamp, int slot) {
    /** How many slots there are; a fact that all nodes agree on. */
    static final int SLOTS = 16;

    static SharedIds of(Flights.Place place) {
        var sum = sha256();
        part(sum, place.route());
        place.key().parts().forEach(part -> part(sum, part));
        place.selection().names().forEach(name -> part(sum, name));
        place.selection().values().forEach(value -> part(sum, value));
        var slot = slotOf(place.key());
        return new SharedIds(in(slot, text(sum)), stampOf(place.key()), slot);
    }

    /** The same in another slot. */
    SharedIds at(int other) {
        return new SharedIds(moved(value, other), moved(stamp, other), other);
    }

    /** A name in another slot than its own. */
    static String moved(String name, int other) {
        return in(other, name.substring(0, name.lastIndexOf('@')));
    }

    static String stampOf(Key key) {
        var sum = sha256();
        key.parts().forEach(part -> part(sum, part));
        return in(slotOf(key), "stamp:" + text(sum));
    }

    /** The same on all nodes: hash codes of strings are. */
    static int slotOf(Key key) {
        return Math.floorMod(key.hashCode() ^ (key.hashCode() >>> 16), SLOTS);
    }

    /** A name in a slot. */
    static String in(int slot, String name) {
        return name + "@s" + slot;
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void part(MessageDigest sum, @Nullable String part) {
        var bytes = part == null ? null : part.getBytes(StandardCharsets.UTF_8);
        var length = bytes == null ? -1 : bytes.length;
        sum.update(new byte[] {(byte) (length >> 24), (byte) (length >> 16), (byte) (length >> 8), (byte) length});
        if (bytes != null) {
            sum.update(bytes);
        }
    }

    private static String text(MessageDigest sum) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(sum.digest());
    }
}
