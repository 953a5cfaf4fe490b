package gatehouse.snapshot;

import gatehouse.config.GatewayConfig;
import gatehouse.config.Problems;
import gatehouse.policy.NamedFiles;
import gatehouse.rpc.Schema;
import java.io.IOException;
import java.util.List;
import java.util.Objects;

/** The schemas that routes name by file. */
final class Schemas {
    private static final int MOST_BYTES = 16 * 1024 * 1024;

    private Schemas() {}

    /** Tells what is wrong with them, and with the services that they are for. */
    static void check(GatewayConfig config, NamedFiles files, Problems problems) {
        config.routes().forEach((name, route) -> {
            var to = route.to();
            var named = to.rpc();
            var service = named == null ? null : config.services().get(named);
            if (named != null && service != null && !service.speaksHttp2()) {
                problems.add(List.of("routes", name, "to", "rpc"), named, "a service with protocol: grpc");
            }
            if (to.hasSchemaFile() && !files.areSealed()) {
                try {
                    read(files, Objects.requireNonNull(to.schema()));
                } catch (IOException | IllegalArgumentException e) {
                    problems.add(
                            List.of("routes", name, "to", "schema"),
                            to.schema() + ": " + e.getMessage(),
                            "a file as protoc --include_imports --descriptor_set_out writes it, or reflection");
                }
            }
        });
    }

    static Schema read(NamedFiles files, String name) throws IOException {
        return Schema.read(files.read(name, MOST_BYTES));
    }
}
