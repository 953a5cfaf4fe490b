package gatehouse.launch;

import gatehouse.config.ConfigException;
import gatehouse.config.GatewayConfig;
import gatehouse.config.JsonSchema;
import gatehouse.snapshot.Blueprint;
import gatehouse.snapshot.LimitLine;
import gatehouse.snapshot.Policies;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code check}: whether a gateway would start with these files. */
@Command(
        name = "check",
        description = "Check configuration and manifest, and run the configuration's tests. Problems go to stderr.")
final class CheckCommand implements Callable<Integer> {
    private final Gatehouse.Console console;

    @Mixin
    private final FileOptions files = new FileOptions();

    @Option(
            names = "--limits",
            description =
                    "Also print every limit and timeout in force, with its default and a mark where it is weaker.")
    private boolean limits;

    @Option(
            names = "--schema",
            description =
                    "Print the JSON Schema of the configuration instead, with the keys of its plugins, for editors.")
    private boolean schema;

    CheckCommand(Gatehouse.Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws ConfigException {
        var whole = files.read();
        var config = whole.blueprint().config();
        ignoredVariables(whole, console);
        if (schema) {
            var keys = Policies.keys(whole.blueprint().policies());
            console.out().print(JsonSchema.of(GatewayConfig.class, keys));
            console.out().flush();
            return Gatehouse.FINE;
        }
        console.out()
                .println(files + ": fine, with "
                        + String.join(
                                ", ",
                                count(config.listeners().size(), "listener"),
                                count(config.services().size(), "service"),
                                count(config.routes().size(), "route"),
                                count(config.tests().size(), "test")));
        if (limits) {
            console.out().println();
            printLimits(whole.blueprint());
        }
        return Gatehouse.FINE;
    }

    private void printLimits(Blueprint blueprint) {
        var table = new TextTable("  ").row("SCOPE", "NAME", "KEY", "VALUE", "DEFAULT", "");
        for (var line : LimitLine.all(blueprint)) {
            var limit = line.limit();
            table.row(
                    line.scope(),
                    line.name(),
                    limit.key(),
                    limit.value(),
                    limit.byDefault(),
                    limit.isWeaker() ? "weaker" : "");
        }
        table.print(console.out());
    }

    private static void ignoredVariables(FileOptions.Whole whole, Gatehouse.Console console) {
        var ignored = whole.blueprint().ignoredVariables();
        if (!ignored.isEmpty()) {
            console.err().println("ignored, as they name no key: " + String.join(", ", ignored));
        }
    }

    private static String count(int number, String what) {
        return number + " " + what + (number == 1 ? "" : "s");
    }
}
