package gatehouse.config;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The addresses that an address leads to: itself, and what it has within it of IPv4 for those who translate or tunnel. */
public final class Embedded {
    private static final int IPV4_BYTES = 4;
    private static final byte[] MAPPED = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1};
    private static final byte[] TRANSLATED = {0, 0, 0, 0, 0, 0, 0, 0, -1, -1, 0, 0};
    private static final byte[] COMPATIBLE = new byte[12];
    private static final Cidr NAT64 = Cidr.parse("64:ff9b::/96");
    private static final Cidr LOCAL_NAT64 = Cidr.parse("64:ff9b:1::/48");
    private static final Cidr SIX_TO_FOUR = Cidr.parse("2002::/16");
    private static final Cidr TEREDO = Cidr.parse("2001::/32");

    /** Where IPv4 may stand behind a prefix of 48, 56 and 64 bits (RFC 6052 §2.2); of 96 bits it is at the end. */
    private static final int[][] PLACES = {{6, 7, 9, 10}, {7, 9, 10, 11}, {9, 10, 11, 12}};

    private Embedded() {}

    /**
     * All of them, each 4 or 16 bytes.
     *
     * @param address 4 or 16 bytes in network order; not changed
     */
    public static List<byte[]> in(byte[] address) {
        if (address.length == IPV4_BYTES) {
            return List.of(address);
        }
        var meant = new ArrayList<byte[]>();
        var isShort = (address[12] | address[13] | address[14]) == 0; // ::1 and :: are none
        if (begins(address, MAPPED)
                || begins(address, TRANSLATED)
                || NAT64.contains(address)
                || (begins(address, COMPATIBLE) && !isShort)) {
            meant.add(Arrays.copyOfRange(address, 12, 16));
            return meant;
        }
        meant.add(address);
        if (SIX_TO_FOUR.contains(address)) {
            meant.add(Arrays.copyOfRange(address, 2, 6));
        } else if (TEREDO.contains(address)) {
            meant.add(Arrays.copyOfRange(address, 4, 8)); // the server
            meant.add(inverted(Arrays.copyOfRange(address, 12, 16))); // the client
        } else if (LOCAL_NAT64.contains(address)) {
            addTranslated(address, meant);
        }
        return meant;
    }

    /** How long the prefix is, only the translator knows. */
    private static void addTranslated(byte[] address, List<byte[]> meant) {
        for (var places : PLACES) {
            if (address[places[0]] != 0) { // else the address would stand elsewhere
                var inner = new byte[IPV4_BYTES];
                for (var i = 0; i < IPV4_BYTES; i++) {
                    inner[i] = address[places[i]];
                }
                meant.add(inner);
            }
        }
        if (address[12] != 0) {
            meant.add(Arrays.copyOfRange(address, 12, 16));
        }
    }

    private static byte[] inverted(byte[] bytes) {
        for (var i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) ~bytes[i];
        }
        return bytes;
    }

    private static boolean begins(byte[] address, byte[] with) {
        return Arrays.equals(address, 0, with.length, with, 0, with.length);
    }
}
