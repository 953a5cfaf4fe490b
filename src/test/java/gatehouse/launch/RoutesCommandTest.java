package gatehouse.launch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** What the routes became, and where they lead. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class RoutesCommandTest extends CommandCase {
    @Test
    void routes_shows_a_table_for_each_listener() throws IOException {
        Files.writeString(conf, CommandsTest.FINE);
        assertThat(run("routes", "-c", conf.toString())).isZero();
        assertThat(out).hasToString("""
                listener web on 127.0.0.1:8080 (http1, h2c)
                  HOST             PATH       CONDITIONS          PRIORITY  ROUTE   TO
                  api.example.com  /users/**  method [GET, POST]  0         users   service users
                  *                /users/**  header X-Beta: 1    0         canary  service users
                  *                /**                            -1        rest    service rest

                listener inner on 127.0.0.1:8081 (http1)
                  HOST             PATH       CONDITIONS          PRIORITY  ROUTE   TO
                  api.example.com  /users/**  method [GET, POST]  0         users   service users
                  *                /metrics   listener [inner]    0         inner   service rest
                  *                /users/**  header X-Beta: 1    0         canary  service users
                  *                /**                            -1        rest    service rest
                """);
    }

    @Test
    void what_routes_lead_to_is_named_whatever_it_is() throws IOException {
        Files.writeString(conf, """
                version: 1
                listeners:
                  web: { listen: "127.0.0.1:8080", protocols: [http1, websocket] }
                  rpc: { listen: "127.0.0.1:9090", protocols: [grpc, grpc-web] }
                  out: { listen: "127.0.0.1:3128", protocols: forward }
                services: { users: { targets: "http://127.0.0.1:9001", protocol: grpc } }
                routes:
                  news: { match: { path: "/events/{topic}" }, to: { topic: "{topic}" } }
                  json: { match: { path: "/rpc/**" }, to: { rpc: users } }
                  out:  { match: { listener: out, host: "*.example.org" }, to: forward }
                """);
        assertThat(run("routes", "-c", conf.toString())).isZero();
        assertThat(out.toString().lines().map(line -> line.strip().replaceAll(" {2,}", " | ")))
                .contains(
                        "listener rpc on 127.0.0.1:9090 (grpc, grpc-web)",
                        "* | /events/{topic} | 0 | news | topic {topic}",
                        "* | /rpc/** | 0 | json | calls of service users")
                .anyMatch(line -> line.endsWith("| out | where the client wants to go"));
        out.getBuffer().setLength(0);

        assertThat(run("explain", "-c", conf.toString(), "GET", "ws://localhost:8080/events/news"))
                .isZero();
        assertThat(out.toString()).contains("  route          news\n  leads to       topic {topic}\n");
    }
}
