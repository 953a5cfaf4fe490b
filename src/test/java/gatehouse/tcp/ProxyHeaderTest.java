package gatehouse.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.RawClient;
import gatehouse.testing.TestGateway;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import java.net.InetAddress;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** The header of the PROXY protocol, as it comes and as it is sent. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class ProxyHeaderTest extends StreamCase {
    private static final String TRUSTED = ", trustedProxies: [127.0.0.0/8], proxyProtocol: true";

    @Test
    void the_header_of_a_trusted_balancer_says_who_the_client_is_and_is_passed_on() throws Exception {
        for (var version : List.of("v1", "v2")) {
            try (var own = new Peer("");
                    var gateway = gateway(TRUSTED, "targets: \"" + own.url() + "\", proxyProtocol: " + version, "");
                    var client = connect(gateway)) {
                client.send("PROXY TCP4 203.0.113.7 203.0.113.9 4711 443\r\nhello");
                client.halfClose();
                var seen = client.readAll();
                var text = new String(seen, StandardCharsets.ISO_8859_1);
                assertThat(text).endsWith("hello");
                if (version.equals("v1")) {
                    assertThat(text).startsWith("PROXY TCP4 203.0.113.7 127.0.0.1 4711 ");
                } else {
                    assertThat(seen).hasSize(28 + 5).startsWith(13, 10, 13, 10, 0, 13, 10);
                    assertThat(new byte[] {seen[16], seen[17], seen[18], seen[19]})
                            .containsExactly((byte) 203, 0, 113, 7);
                }
            }
        }
    }

    @Test
    void a_client_of_ipv6_keeps_its_address_though_its_balancer_comes_by_ipv4() throws Exception {
        for (var version : List.of("v1", "v2")) {
            try (var own = new Peer("");
                    var gateway = gateway(TRUSTED, "targets: \"" + own.url() + "\", proxyProtocol: " + version, "");
                    var client = connect(gateway)) {
                client.send("PROXY TCP6 2001:db8::7 2001:db8::9 4711 443\r\nhello")
                        .halfClose();
                var seen = client.readAll();
                if (version.equals("v1")) {
                    assertThat(new String(seen, StandardCharsets.US_ASCII))
                            .startsWith("PROXY TCP6 2001:db8::7 ::ffff:127.0.0.1 4711 ");
                } else {
                    assertThat(seen).hasSize(16 + 36 + 5);
                    assertThat(seen[13]).isEqualTo((byte) 0x21);
                    assertThat(InetAddress.getByAddress(Arrays.copyOfRange(seen, 16, 32)))
                            .isEqualTo(InetAddress.getByName("2001:db8::7"));
                    assertThat(Arrays.copyOfRange(seen, 42, 48)).containsExactly(-1, -1, 127, 0, 0, 1);
                }
            }
        }
    }

    private static byte[] binary(int versionAndCommand, int family, int length, byte... addresses) {
        var head = new byte[16 + addresses.length];
        System.arraycopy(new byte[] {13, 10, 13, 10, 0, 13, 10, 'Q', 'U', 'I', 'T', 10}, 0, head, 0, 12);
        head[12] = (byte) versionAndCommand;
        head[13] = (byte) family;
        head[14] = (byte) (length >> 8);
        head[15] = (byte) length;
        System.arraycopy(addresses, 0, head, 16, addresses.length);
        return head;
    }

    @Test
    void a_balancer_that_speaks_for_itself_is_served() throws Exception {
        try (var gateway = gateway(TRUSTED, "targets: \"" + peer.url() + "\"", "");
                var client = connect(gateway)) {
            client.send(binary(0x20, 0, 0));
            client.send("hello");
            assertThat(new String(client.readBytes(5))).isEqualTo("hello");
        }
    }

    @Test
    void a_header_that_is_wrong_missing_late_or_there_twice_ends_the_connection() throws Exception {
        var heads = new ArrayList<byte[]>();
        heads.add("hello, this is no header at all".getBytes(StandardCharsets.US_ASCII));
        heads.add("PROXY TCP4 1.2.3 203.0.113.9 1 2\r\n".getBytes(StandardCharsets.US_ASCII));
        heads.add("PROXY TCP4 1.2.3.4 1.2.3.5 1 2\r\nPROXY TCP4 1.2.3.4 1.2.3.5 1 2\r\n"
                .getBytes(StandardCharsets.US_ASCII));
        heads.add(binary(0x31, 0x11, 12, new byte[12])); // version 3
        heads.add(binary(0x21, 0x11, 3, new byte[3])); // shorter than its addresses
        heads.add(binary(0x21, 0x11, 65535, new byte[3])); // and never the rest
        heads.add(binary(0x21, 0x11, 19, new byte[] {1, 2, 3, 4, 1, 2, 3, 4, 0, 1, 0, 2, 4, 0x7f, 0x7f, 0, 0, 0, 0}));
        heads.add(binary(0x21, 0x12, 12, new byte[12])); // datagrams
        heads.add(new byte[0]);
        try (var gateway = gateway(TRUSTED + ", stream: { hello: 200ms }", "targets: \"" + peer.url() + "\"", "")) {
            for (var head : heads) {
                try (var client = connect(gateway)) {
                    client.send(head);
                    assertThat(client.readAll()).isEmpty();
                } catch (SocketException e) {
                    assertThat(e).hasMessageContaining("reset");
                }
            }
        }
    }

    @Test
    void an_address_of_ipv4_that_is_written_as_ipv6_is_one_of_ipv4() throws Exception {
        try (var gateway = TestGateway.start("""
                listeners:
                  web: { listen: "127.0.0.1:0", protocols: [http1], trustedProxies: [127.0.0.0/8], proxyProtocol: true }
                routes:
                  all:
                    match: { path: "/**" }
                    to: { respond: { body: "{}" } }
                    access: { deny: [ { cidr: [203.0.113.0/24] } ] }
                """)) {
            for (var address : List.of("203.0.113.7", "203.0.114.7")) {
                var mapped = new byte[36];
                mapped[10] = mapped[11] = mapped[26] = mapped[27] = -1;
                System.arraycopy(InetAddress.getByName(address).getAddress(), 0, mapped, 12, 4);
                for (var head : List.of(
                        ("PROXY TCP6 ::ffff:" + address + " ::ffff:127.0.0.1 4711 443\r\n").getBytes("US-ASCII"),
                        binary(0x21, 0x21, 36, mapped))) {
                    try (var client = gateway.client()) {
                        client.send(head);
                        assertThat(client.send(RawClient.request("GET", "/"))
                                        .read()
                                        .status())
                                .isEqualTo(address.contains("113") ? 403 : 200);
                    }
                }
            }
        }
    }

    @Test
    void a_header_that_nobody_may_send_is_known_in_pieces_too() {
        for (var head : List.of("PROXY TCP4 1.2.3.4 1.2.3.5 1 2\r\n", "\r\n\r\n\0\r\nQUIT\n!")) {
            var channel = new EmbeddedChannel(new NoProxyHead());
            for (var octet : head.getBytes(StandardCharsets.ISO_8859_1)) {
                channel.writeInbound(Unpooled.wrappedBuffer(new byte[] {octet}));
                if (!channel.isActive()) {
                    break;
                }
            }
            assertThat(channel.isActive()).isFalse();
            assertThat(channel.inboundMessages()).isEmpty();
        }
    }

    @Test
    void what_only_begins_like_a_header_passes_whole() {
        var channel = new EmbeddedChannel(new NoProxyHead());
        for (var piece : List.of("PRO", "", "P", "FIND")) {
            channel.writeInbound(Unpooled.copiedBuffer(piece, StandardCharsets.US_ASCII));
        }
        assertThat(text(channel)).isEqualTo("PROPFIND");
        var ending = new EmbeddedChannel(new NoProxyHead());
        ending.writeInbound(Unpooled.copiedBuffer("PROXY", StandardCharsets.US_ASCII));
        ending.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
        assertThat(text(ending)).isEqualTo("PROXY");
        var cut = new EmbeddedChannel(new NoProxyHead());
        cut.writeInbound(Unpooled.copiedBuffer("PROXY", StandardCharsets.US_ASCII));
        assertThat(cut.finish()).isFalse();
    }

    private static String text(EmbeddedChannel channel) {
        var all = new StringBuilder();
        for (ByteBuf bytes = channel.readInbound(); bytes != null; bytes = channel.readInbound()) {
            all.append(bytes.toString(StandardCharsets.US_ASCII));
            bytes.release();
        }
        return all.toString();
    }

    @Test
    void nobody_else_may_say_who_the_client_is() throws Exception {
        try (var gateway = gateway(
                ", trustedProxies: [192.0.2.0/24], proxyProtocol: true", "targets: \"" + peer.url() + "\"", "")) {
            try (var client = connect(gateway)) {
                client.send("PROXY TCP4 203.0.113.7 203.0.113.9 4711 443\r\nhello");
                assertThat(client.closedByPeer()).isTrue();
            }
            try (var client = connect(gateway)) {
                client.send("hello");
                assertThat(new String(client.readBytes(5))).isEqualTo("hello");
            }
        }
    }
}
