package gatehouse.launch;

import gatehouse.config.ConfigException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.UnmatchedArgumentException;

/** The command line. */
@Command(
        name = "gatehouse",
        header = "A reactive API gateway on Vert.x.",
        synopsisSubcommandLabel = "[run] | COMMAND",
        versionProvider = Gatehouse.BuiltVersion.class,
        footer = "%nWithout a command it runs. Exit codes: 0 fine, 1 the files are wrong, 2 the command line is wrong"
                + " (a --set too), 3 a port or file could not be taken.",
        commandListHeading = "%nCommands:%n")
public final class Gatehouse {
    /** All went well. */
    static final int FINE = 0;

    /** Configuration or manifest can't be used. */
    static final int FILES_WRONG = 1;

    /** A port or a file could not be taken. */
    static final int NOT_TAKEN = 3;

    /** The command line can't be used. */
    static final int COMMAND_LINE_WRONG = 2;

    private static final List<String> OF_THE_WHOLE = List.of("-h", "--help", "--version");

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            scope = ScopeType.INHERIT,
            description = "Show this text.")
    @SuppressWarnings("UnusedVariable") // the command line's parser looks at it
    private boolean help;

    @Option(names = "--version", versionHelp = true, description = "Show the version.")
    @SuppressWarnings("UnusedVariable") // the command line's parser looks at it
    private boolean version;

    private Gatehouse() {}

    /** The line that {@code --version} and {@code version} show. */
    static final class BuiltVersion implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {line()};
        }

        static String line() {
            return "gatehouse " + Version.current();
        }
    }

    /**
     * Where commands write.
     *
     * @param out results
     * @param err problems, and what a running gateway says of itself
     */
    public record Console(PrintWriter out, PrintWriter err) {
        /** The streams of the process. */
        public static final Console STANDARD = new Console(
                new PrintWriter(System.out, true, StandardCharsets.UTF_8),
                new PrintWriter(System.err, true, StandardCharsets.UTF_8));
    }

    /**
     * Runs a command to its end.
     *
     * @param arguments as typed; {@code run} is put in front where they name no command
     * @return exit code of the process
     */
    public static int execute(Console console, String... arguments) {
        var typed = withCommand(arguments);
        var line = new CommandLine(new Gatehouse());
        commands(console, typed[0]).forEach(line::addSubcommand);
        return line.setOut(console.out())
                .setErr(console.err())
                .setUsageHelpAutoWidth(true)
                .setParameterExceptionHandler(Gatehouse::refuse)
                .setExecutionExceptionHandler((failure, command, parsed) -> explain(console, failure))
                .execute(typed);
    }

    /** The one that is asked for where there is such a one: to read what all of them take is a good part of a start. */
    private static Map<String, Object> commands(Console console, String asked) {
        if (asked.equals("run") || asked.equals("proxy")) {
            var begun = HeadStart.begin();
            return Map.of(
                    asked,
                    asked.equals("run")
                            ? new RunCommand(console, () -> begun)
                            : new ProxyCommand(console, () -> begun));
        }
        var all = new LinkedHashMap<String, Object>();
        all.put("run", new RunCommand(console, HeadStart::begin));
        all.put("check", new CheckCommand(console));
        all.put("explain", new ExplainCommand(console));
        all.put("routes", new RoutesCommand(console));
        all.put("proxy", new ProxyCommand(console, HeadStart::begin));
        all.put("token", new TokenCommand(console));
        all.put("version", new VersionCommand(console));
        return all;
    }

    private static String[] withCommand(String... arguments) {
        var named = arguments.length > 0 && (!arguments[0].startsWith("-") || OF_THE_WHOLE.contains(arguments[0]));
        if (named) {
            return arguments;
        }
        var all = new ArrayList<>(List.of("run"));
        all.addAll(List.of(arguments));
        return all.toArray(String[]::new);
    }

    /** One line of what is wrong, one of where help is; not the whole help. */
    private static int refuse(ParameterException failure, String... arguments) {
        var command = failure.getCommandLine();
        var err = command.getErr();
        err.println(failure.getMessage());
        UnmatchedArgumentException.printSuggestions(failure, err);
        err.println("Try: " + command.getCommandSpec().qualifiedName() + " --help");
        err.flush();
        return command.getCommandSpec().exitCodeOnInvalidInput();
    }

    private static int explain(Console console, Exception failure) {
        if (failure instanceof ConfigException wrong) {
            wrong.problems().forEach(console.err()::println);
            return wrong.problems().stream().anyMatch(problem -> problem.place().isCommandLine())
                    ? COMMAND_LINE_WRONG
                    : FILES_WRONG;
        }
        failure.printStackTrace(console.err());
        return FILES_WRONG;
    }
}
