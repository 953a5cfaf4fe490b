package gatehouse.config;

import io.netty.util.NetUtil;

/**
 * A host name to match, exact or with a wildcard for everything below a name.
 *
 * @param name in lower case, without {@code *.}
 * @param wildcard whether {@code *.name} was written: one label or more before the name
 */
@Expects(
        value = "a host name such as api.example.com or *.example.com, without a port",
        pattern = "^(\\*\\.)?[A-Za-z0-9._-]+$|^\\[[0-9a-fA-F:.]+\\]$")
public record HostPattern(String name, boolean wildcard) {
    /** Reads {@code api.example.com}, {@code *.example.com} or {@code [::1]}. */
    public static HostPattern parse(String text) {
        var wildcard = text.startsWith("*.");
        var host = Hosts.parse(wildcard ? text.substring(2) : text);
        if (wildcard && (host.indexOf(':') >= 0 || NetUtil.isValidIpV4Address(host))) {
            throw new IllegalArgumentException("a wildcard before an address");
        }
        return new HostPattern(Hosts.show(host), wildcard);
    }

    @Override
    public String toString() {
        return wildcard ? "*." + name : name;
    }
}
