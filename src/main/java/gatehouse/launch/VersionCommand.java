package gatehouse.launch;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code version}: which gateway this is. */
@Command(name = "version", description = "Show the version.")
final class VersionCommand implements Callable<Integer> {
    private final Gatehouse.Console console;

    VersionCommand(Gatehouse.Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        console.out().println(Gatehouse.BuiltVersion.line());
        return Gatehouse.FINE;
    }
}
