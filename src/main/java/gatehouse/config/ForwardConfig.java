package gatehouse.config;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where clients of a {@code forward} listener may go; which hosts, its routes say. */
public record ForwardConfig(
        @Key(
                doc =
                        "Whether clients must say who they are: `Proxy-Authorization: Basic` with the name of a consumer and"
                                + " one of its keys.",
                value = "false")
        boolean authenticate,

        @Key(
                doc =
                        "How many wrong credentials may come from one address (of IPv6 a /64) on this node, over all listeners"
                                + " that say the same; then all of its requests to such listeners are 429 for a while. `null`:"
                                + " any number.",
                value = "1000/m")
        @Nullable Rate failures,

        @Key(doc = "Ports that may be asked for.", value = "[80, 443]")
        List<Integer> ports,

        @Key(
                doc = "Address ranges that may be reached although they are loopback, link-local, private or those of"
                        + " metadata services.",
                value = "[]")
        List<Cidr> allow,

        @Key(doc = "`[authenticate]` allows a listener that others reach to ask nobody who they are.", value = "[]")
        List<String> unsafe)
        implements Checked {
    @Override
    public void check(Complaints complaints) {
        for (var i = 0; i < ports.size(); i++) {
            if (ports.get(i) < 1 || ports.get(i) > 65535) {
                complaints.add("ports." + i, ports.get(i).toString(), "1 to 65535");
            }
        }
        for (var i = 0; i < unsafe.size(); i++) {
            if (!unsafe.get(i).equals("authenticate")) {
                complaints.add("unsafe." + i, NearestKey.cut(unsafe.get(i)), "authenticate");
            }
        }
    }
}
