package gatehouse.launch;

import gatehouse.config.ConfigException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code run}: the gateway itself. */
@Command(name = "run", description = "Start the gateway; this is what happens without a command.")
final class RunCommand implements Callable<Integer> {
    private final Gatehouse.Console console;

    @Mixin
    private final FileOptions files = new FileOptions();

    RunCommand(Gatehouse.Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws ConfigException {
        var preparation = GatewayProcess.prepare();
        var whole = files.read();
        return new GatewayProcess(console, preparation, whole.blueprint(), whole.manifest(), files).run();
    }
}
