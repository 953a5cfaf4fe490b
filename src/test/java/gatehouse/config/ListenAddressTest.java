package gatehouse.config;

import static org.assertj.core.api.Assertions.assertThat;

import gatehouse.testing.TestGateway;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class ListenAddressTest {
    @Test
    void what_is_said_to_be_bound_is_bound() throws Exception {
        try (var gateway = TestGateway.startUnserved("listeners: { web: \":0\" }")) {
            var said = new ListenAddress("0.0.0.0", gateway.port()).bound();
            assertThat(said).startsWith("0.0.0.0:" + gateway.port());
            assertThat(said.endsWith(" and [::]:" + gateway.port())).isEqualTo(answers("::1", gateway.port()));
        }
    }

    @Test
    void an_address_of_its_own_is_bound_alone() {
        assertThat(ListenAddress.parse("127.0.0.1:80").bound()).isEqualTo("127.0.0.1:80");
        assertThat(ListenAddress.parse("[::1]:80").bound()).isEqualTo("[::1]:80");
    }

    private static boolean answers(String host, int port) {
        try (var socket = new Socket(InetAddress.getByName(host), port)) {
            return socket.isConnected();
        } catch (IOException nobody) {
            return false;
        }
    }
}
