package gatehouse.registry;

import gatehouse.config.Cidr;
import gatehouse.config.Embedded;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Which addresses may be instances. Who may register could otherwise make the gateway ask what only the gateway can reach: the
 * cloud's metadata service, or its own admin API. Names are looked at when they are registered, and the addresses that they
 * resolve to when they are used. Immutable.
 */
public final class AddressGuard {
    /** Keeps off what is never an instance, and no ports. */
    public static final AddressGuard STANDARD = new AddressGuard(List.of(), false, port -> false);

    private static final List<Cidr> LOOPBACK = ranges("127.0.0.0/8", "::1");
    private static final List<Cidr> NEVER = ranges(
            "0.0.0.0/8",
            "::",
            "169.254.0.0/16",
            "fe80::/10",
            "fec0::/10",
            "224.0.0.0/4",
            "240.0.0.0/4",
            "ff00::/8",
            "fd00:ec2::254",
            "fd20:ce::254",
            "192.0.0.192",
            "100.100.100.200",
            "168.63.129.16");
    private static final Set<String> METADATA = Set.of("metadata", "metadata.google.internal", "instance-data");

    private final List<Cidr> allow;
    private final boolean refusesLoopback;
    private final IntPredicate isOwnPort;
    private final Supplier<Map<InetAddress, Set<Integer>>> portsOfOthers;
    private final Set<ByteBuffer> own;

    /**
     * @param allow ranges that may be registered all the same
     * @param refusesLoopback whether registrants may sit on other machines, where loopback means another one
     * @param isOwnPort whether the gateway itself listens there
     */
    public AddressGuard(List<Cidr> allow, boolean refusesLoopback, IntPredicate isOwnPort) {
        this(allow, refusesLoopback, isOwnPort, Map::of);
    }

    /**
     * @param allow ranges that may be registered all the same
     * @param refusesLoopback whether registrants may sit on other machines, where loopback means another one
     * @param isOwnPort whether the gateway itself listens there
     * @param portsOfOthers where other nodes of the gateway listen: ports by address; one that has an address of this host may listen
     *     at all of them
     */
    public AddressGuard(
            List<Cidr> allow,
            boolean refusesLoopback,
            IntPredicate isOwnPort,
            Supplier<Map<InetAddress, Set<Integer>>> portsOfOthers) {
        this.allow = List.copyOf(allow);
        this.refusesLoopback = refusesLoopback;
        this.isOwnPort = isOwnPort;
        this.portsOfOthers = portsOfOthers;
        this.own = ownAddresses();
    }

    private static List<Cidr> ranges(String... texts) {
        return Stream.of(texts).map(Cidr::parse).toList();
    }

    private static Set<ByteBuffer> ownAddresses() {
        try {
            var own = new HashSet<ByteBuffer>();
            for (var each : Collections.list(NetworkInterface.getNetworkInterfaces())) {
                for (var address : Collections.list(each.getInetAddresses())) {
                    own.add(ByteBuffer.wrap(address.getAddress()));
                }
            }
            return own;
        } catch (SocketException e) {
            return Set.of();
        }
    }

    /**
     * Why a host may not be an instance, to be put behind "the address is"; null where it may.
     *
     * @param host a name, or an address without brackets
     */
    public @Nullable String refusal(String host, int port) {
        var address = NetUtil.createInetAddressFromIpAddressString(host);
        if (address != null) {
            return refusal(address, port);
        }
        if (endsInNumber(host)) {
            return "a number, which some take for an address";
        }
        if (METADATA.contains(host) || host.startsWith("instance-data.")) {
            return "that of a metadata service";
        }
        if (host.equals("localhost") || host.endsWith(".localhost")) {
            return refusal(InetAddress.getLoopbackAddress(), port);
        }
        return null;
    }

    private @Nullable String refusal(InetAddress address, int port) {
        var bytes = address.getAddress();
        if (lies(bytes, allow)) {
            return null;
        }
        for (var meant : Embedded.in(bytes)) {
            var refusal = lies(meant, allow) ? null : refusal(meant, port);
            if (refusal != null) {
                return refusal;
            }
        }
        return null;
    }

    private @Nullable String refusal(byte[] bytes, int port) {
        if (lies(bytes, NEVER)) {
            return "link-local, multicast, reserved or that of a metadata service";
        }
        var loopback = lies(bytes, LOOPBACK);
        if (loopback && refusesLoopback) {
            return "loopback, while the admin API is reached from other machines";
        }
        var here = isHere(bytes);
        if (here && isOwnPort.test(port)) {
            return "the gateway's own";
        }
        for (var other : portsOfOthers.get().entrySet()) {
            var there = other.getKey().getAddress();
            if (other.getValue().contains(port) && (isHere(there) ? here : Arrays.equals(bytes, there))) {
                return "that of another node of the gateway";
            }
        }
        return null;
    }

    private boolean isHere(byte[] address) {
        return lies(address, LOOPBACK) || own.contains(ByteBuffer.wrap(address));
    }

    private static boolean lies(byte[] address, List<Cidr> ranges) {
        for (var range : ranges) {
            if (range.contains(address)) {
                return true;
            }
        }
        return false;
    }

    /** {@code 2130706433}, {@code 127.1} and {@code 0x7f.1}: no names (URL Standard, ends in a number). */
    private static boolean endsInNumber(String host) {
        var last = host.substring(host.lastIndexOf('.') + 1);
        return last.startsWith("0x") || last.chars().allMatch(c -> c >= '0' && c <= '9');
    }
}
