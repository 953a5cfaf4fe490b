package gatehouse.launch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** A configuration that relies on what the manifest does not run. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class DanglingTest extends CommandCase {
    @Test
    void what_relies_on_a_verticle_that_does_not_run_is_a_problem() throws IOException {
        Files.writeString(conf, """
                version: 1
                registry: { bridge: "127.0.0.1:0" }
                services:
                  orders: { registry: orders }
                """);
        assertThat(check()).isEqualTo(1);
        assertThat(err.toString().lines())
                .containsExactly(
                        conf + ":4:23 services.orders.registry: no registry runs here, so it would find nobody"
                                + " (expected: an entry with RegistryVerticle in the manifest)",
                        conf
                                + ":2:21 registry.bridge: the bridge is a part of RegistryVerticle, which does not run here"
                                + " (expected: an entry with RegistryVerticle in the manifest)",
                        conf + ":2:21 registry.bridge: the bridge is a part of AdminVerticle, which does not run here"
                                + " (expected: an entry with AdminVerticle in the manifest)");

        Files.writeString(manifest, """
                { "verticles": { "registry": { "main": "RegistryVerticle" }, "admin": { "main": "AdminVerticle" } } }
                """);
        assertThat(check()).isZero();
    }

    @Test
    void a_listener_that_nothing_serves_is_a_problem() throws IOException {
        Files.writeString(conf, """
                version: 1
                listeners:
                  db:  { listen: "127.0.0.1:3307", protocols: tcp }
                  dns: { listen: "127.0.0.1:5353", protocols: udp }
                  web: { listen: "127.0.0.1:8080", protocols: [http1, websocket] }
                  rpc: { listen: "127.0.0.1:9090", protocols: [grpc, grpc-web] }
                """);
        assertThat(check()).isEqualTo(1);
        assertThat(err.toString()
                        .lines()
                        .map(line -> line.substring(conf.toString().length())))
                .containsExactly(
                        ":5:18 listeners.web.protocols: websocket, which nothing serves here"
                                + " (expected: an entry with WsProxyVerticle in the manifest)",
                        ":3:18 listeners.db.protocols: nothing serves tcp, udp and forward here"
                                + " (expected: an entry with TcpProxyVerticle in the manifest)",
                        ":4:18 listeners.dns.protocols: nothing serves tcp, udp and forward here"
                                + " (expected: an entry with TcpProxyVerticle in the manifest)",
                        ":6:18 listeners.rpc.protocols: nobody speaks gRPC here"
                                + " (expected: an entry with GrpcProxyVerticle in the manifest)");
    }

    private int check() {
        return run("check", "-c", conf.toString(), "-m", manifest.toString());
    }
}
