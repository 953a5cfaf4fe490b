package gatehouse.launch;

import gatehouse.config.ConfigException;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code run}: the gateway itself. */
@Command(name = "run", description = "Start the gateway; this is what happens without a command.")
final class RunCommand implements Callable<Integer> {
    private final Gatehouse.Console console;
    private final Supplier<CompletableFuture<Long>> headStart;

    @Mixin
    private final FileOptions files = new FileOptions();

    /**
     * @param headStart gives what {@link HeadStart} began
     */
    RunCommand(Gatehouse.Console console, Supplier<CompletableFuture<Long>> headStart) {
        this.console = console;
        this.headStart = headStart;
    }

    @Override
    public Integer call() throws ConfigException {
        var whole = files.read();
        return new GatewayProcess(console, headStart.get(), whole.blueprint(), whole.manifest(), files).run();
    }
}
