package gatehouse.launch;

import gatehouse.config.ConfigException;
import gatehouse.config.PlainRecord;
import gatehouse.snapshot.Explainer;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code routes}: what the routes became. */
@Command(name = "routes", description = "Show the compiled routes of each listener, the most specific first.")
final class RoutesCommand implements Callable<Integer> {
    private final Gatehouse.Console console;

    @Mixin
    private final FileOptions files = new FileOptions();

    RoutesCommand(Gatehouse.Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws ConfigException {
        var blueprint = files.blueprint();
        var explainer = new Explainer(blueprint);
        var between = "";
        for (var listener : blueprint.config().listeners().entrySet()) {
            var protocols = listener.getValue().protocols().stream()
                    .map(PlainRecord::word)
                    .collect(Collectors.joining(", "));
            console.out()
                    .println(between + "listener " + listener.getKey() + " on "
                            + listener.getValue().listen() + " (" + protocols + ")");
            var table = new TextTable("  ").row("HOST", "PATH", "CONDITIONS", "PRIORITY", "ROUTE", "TO");
            explainer
                    .routes(listener.getKey())
                    .forEach(line -> table.row(
                            line.host(),
                            line.path(),
                            line.conditions(),
                            Integer.toString(line.priority()),
                            line.route(),
                            ExplainCommand.leadsTo(blueprint, line.route())));
            table.print(console.out());
            between = System.lineSeparator();
        }
        return Gatehouse.FINE;
    }
}
