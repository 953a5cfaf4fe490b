package gatehouse.config;

import io.netty.util.NetUtil;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Several nodes that know of each other: where they meet, and what lets a node in. */
public record ClusterConfig(
        @Key(doc = "Whether this node joins others, or begins a cluster that others may join.", value = "false")
        boolean enabled,

        @Key(
                doc =
                        "Address and port where other nodes reach this one; the event bus takes a free port, or `bus`, at the"
                                + " same address. Loopback or a private address, written as numbers: what members say to each other"
                                + " on this port is not encrypted, so others are refused.",
                value = "127.0.0.1:5701")
        ListenAddress listen,

        @Key(doc = "Port of the event bus between nodes; 0 takes a free one.", value = "0", min = 0, max = 65535)
        int bus,

        @Key(
                doc = "Where other nodes may be found, as their `listen`. One that answers is enough; this node may be"
                        + " among them. There is no other way to find nodes, such as multicast.")
        List<ListenAddress> seeds,

        @Key(
                doc =
                        "What all nodes have in common and others don't know, at least 16 characters; best given as"
                                + " `${env:NAME}` or `${file:PATH}`. Who does not know it can neither join nor speak on the event bus.",
                secret = true)
        @Nullable String secret,

        @Key(
                doc =
                        "A node that is not heard of for so long is taken for gone; what only it knew is kept by the others"
                                + " until the leases run out.",
                value = "5s",
                min = 2000,
                max = 60_000,
                weaker = Weaker.NEVER)
        Duration silence,

        @Key(
                doc = "How often nodes compare what they know of the registry and of revoked tokens, and say in a"
                        + " `redis` that they live.",
                value = "2s",
                min = 100,
                max = 60_000,
                weaker = Weaker.NEVER)
        Duration compare,

        @Key(
                doc =
                        "Most bytes that this node keeps of what the caches of all nodes share, the copies that it has for"
                                + " others among them.",
                value = "64MiB",
                min = 1_048_576)
        Size share)
        implements Checked {
    private static final int SHORTEST_SECRET = 16;
    private static final int UNIQUE_LOCAL = 0xfc;
    private static final int UNIQUE_LOCAL_MASK = 0xfe;

    @Override
    public void check(Complaints complaints) {
        if (!enabled) {
            return;
        }
        var given = secret;
        if (given == null) {
            complaints.add("secret", "there is none", "a text of at least 16 characters that all nodes share");
        } else if (given.length() < SHORTEST_SECRET) {
            complaints.add("secret", "***", "at least 16 characters");
        }
        if (!isPrivate(listen.host())) {
            complaints.add(
                    "listen",
                    listen.toString(),
                    "a loopback or private address, as members can't speak TLS on this port; a tunnel such as WireGuard"
                            + " gives each node one");
        }
        if (seeds.stream().anyMatch(seed -> seed.port() == 0)) {
            complaints.add("seeds", "a port 0", "the ports where nodes listen");
        }
    }

    /** Whether only this machine or a network of one's own can reach it. */
    private static boolean isPrivate(String host) {
        var address = NetUtil.createInetAddressFromIpAddressString(host);
        return address != null
                && (address.isLoopbackAddress() || address.isSiteLocalAddress() || isUniqueLocal(address));
    }

    /** RFC 4193: {@code fc00::/7}. */
    private static boolean isUniqueLocal(InetAddress address) {
        return address instanceof Inet6Address && (address.getAddress()[0] & UNIQUE_LOCAL_MASK) == UNIQUE_LOCAL;
    }

    /** Hides the secret. */
    @Override
    public String toString() {
        return "ClusterConfig[" + (enabled ? listen + ", seeds " + seeds : "off") + "]";
    }
}
