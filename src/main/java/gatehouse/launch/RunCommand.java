package gatehouse.launch;

import gatehouse.config.ConfigException;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code run}: the gateway itself. */
@Command(name = "run", description = "Start the gateway; this is what happens without a command.")
final class RunCommand implements Callable<Integer> {
    private final Gatehouse.Console console;
    private final Supplier<HeadStart> headStart;

    @Mixin
    private final FileOptions files = new FileOptions();

    /**
     * @param headStart gives what has begun already
     */
    RunCommand(Gatehouse.Console console, Supplier<HeadStart> headStart) {
        this.console = console;
        this.headStart = headStart;
    }

    @Override
    public Integer call() throws ConfigException {
        var begun = headStart.get();
        begun.awaitLog();
        var whole = files.read();
        return new GatewayProcess(console, begun, whole.blueprint(), whole.manifest(), files).run();
    }
}
