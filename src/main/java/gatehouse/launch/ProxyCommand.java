package gatehouse.launch;

import gatehouse.config.ConfigException;
import gatehouse.config.ListenAddress;
import gatehouse.config.Overrides;
import gatehouse.config.TargetUrl;
import gatehouse.snapshot.Blueprint;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** {@code proxy}: a gateway with no file at all. */
@Command(name = "proxy", description = "Pass everything that comes to one address on to others; needs no file.")
final class ProxyCommand implements Callable<Integer> {
    private final Gatehouse.Console console;
    private final Supplier<HeadStart> headStart;

    @Option(
            names = "--from",
            paramLabel = "ADDRESS",
            required = true,
            converter = AddressConverter.class,
            description = "Where to listen: :8080, 127.0.0.1:8080 or [::1]:8080.")
    private ListenAddress from = new ListenAddress("127.0.0.1", 0);

    @Option(
            names = "--to",
            paramLabel = "URL",
            required = true,
            converter = TargetConverter.class,
            description = "A target, http://HOST:PORT; repeatable, they get the requests in turn.")
    private List<TargetUrl> to = List.of();

    @Option(
            names = "--admin",
            paramLabel = "ADDRESS",
            converter = AddressConverter.class,
            description = "Where the admin API listens; without it there is none.")
    private @Nullable ListenAddress admin;

    /**
     * @param headStart gives what has begun already
     */
    ProxyCommand(Gatehouse.Console console, Supplier<HeadStart> headStart) {
        this.console = console;
        this.headStart = headStart;
    }

    /** Reads an address to listen on. */
    static final class AddressConverter implements ITypeConverter<ListenAddress> {
        @Override
        public ListenAddress convert(String text) {
            try {
                return ListenAddress.parse(text);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException("'" + text + "' is no address: " + e.getMessage());
            }
        }
    }

    /** Reads the address of a target. */
    static final class TargetConverter implements ITypeConverter<TargetUrl> {
        @Override
        public TargetUrl convert(String text) {
            try {
                return TargetUrl.parse(text);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException("'" + text + "' is no target: " + e.getMessage());
            }
        }
    }

    @Override
    public Integer call() throws ConfigException {
        var begun = headStart.get();
        begun.awaitLog();
        var entries = new LinkedHashMap<>(Manifest.builtIn().verticles());
        entries.remove("registry");
        if (admin == null) {
            entries.remove("admin");
        }
        return new GatewayProcess(console, begun, blueprint(), new Manifest(null, entries), null).run();
    }

    /** The flags as settings, so that they stand above the environment as flags do. */
    private Blueprint blueprint() throws ConfigException {
        var targets = to.stream().map(url -> "\"" + url + "\"").collect(Collectors.joining(", ", "[", "]"));
        var sets = new ArrayList<>(List.of(
                "listeners.proxy.listen=\"" + from + "\"",
                "services.target.targets=" + targets,
                "routes.all={ match: { path: \"/**\" }, to: target }"));
        if (admin != null) {
            sets.add("admin.listen=\"" + admin + "\"");
        }
        return Blueprint.parse(
                "command line", "version: 1\n", Path.of(""), new Overrides(FileOptions.environment(), sets));
    }
}
