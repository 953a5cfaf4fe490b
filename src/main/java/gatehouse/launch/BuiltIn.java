package gatehouse.launch;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The verticles that come with the gateway, in the order in which mistakes name them. */
enum BuiltIn {
    HTTP("HttpProxyVerticle"),
    ADMIN("AdminVerticle"),
    REGISTRY("RegistryVerticle"),
    CACHE("CacheRefreshVerticle"),
    WS("WsProxyVerticle"),
    TCP("TcpProxyVerticle"),
    GRPC("GrpcProxyVerticle");

    private final String main;

    BuiltIn(String main) {
        this.main = main;
    }

    /** What a manifest calls it: the {@code main} of its entry. */
    String main() {
        return main;
    }

    /** Whether this is what an entry of the manifest runs. */
    boolean isMainOf(Manifest.Entry entry) {
        return main.equals(entry.main());
    }

    /** The one of this name, or null where it is the name of somebody else's class. */
    static @Nullable BuiltIn named(String main) {
        return Arrays.stream(values())
                .filter(verticle -> verticle.main.equals(main))
                .findFirst()
                .orElse(null);
    }

    /** What a manifest calls each of them. */
    static List<String> names() {
        return Arrays.stream(values()).map(BuiltIn::main).toList();
    }
}
