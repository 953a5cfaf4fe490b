package gatehouse.launch;

import gatehouse.Main;
import gatehouse.testing.Child;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The real thing in a process of its own, made of the classes that are tested. */
final class ChildProcess {
    private ChildProcess() {}

    /** Starts a gateway in a working folder. */
    static Child start(Path folder, String... arguments) throws IOException {
        return start(folder, Map.of(), arguments);
    }

    /** Starts the fat jar in a working folder, which may only open so many files. */
    static Child startJarWithFiles(Path folder, int files) throws IOException {
        var limit = List.of("bash", "-c", "ulimit -n " + files + " && exec \"$0\" \"$@\"");
        var jar = Path.of("target", "gatehouse.jar").toAbsolutePath();
        return start(folder, Map.of(), limit, List.of("-jar", jar.toString()));
    }

    /** Starts a gateway in a working folder, by way of another command. */
    static Child startBy(Path folder, Map<String, String> environment, List<String> launcher) throws IOException {
        return start(folder, environment, launcher, testedClasses());
    }

    /** Starts a gateway in a working folder, with more in its environment. */
    static Child start(Path folder, Map<String, String> environment, String... arguments) throws IOException {
        var command = new ArrayList<>(testedClasses());
        command.addAll(List.of(arguments));
        return start(folder, environment, List.of(), command);
    }

    private static List<String> testedClasses() {
        return List.of("-cp", System.getProperty("java.class.path"), Main.class.getName());
    }

    private static Child start(
            Path folder, Map<String, String> environment, List<String> launcher, List<String> program)
            throws IOException {
        var command = new ArrayList<>(launcher);
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-Xmx256m"));
        command.addAll(program);
        var builder =
                new ProcessBuilder(command).directory(folder.toFile()).redirectOutput(ProcessBuilder.Redirect.DISCARD);
        builder.environment().keySet().removeIf(name -> name.startsWith("GATEHOUSE_"));
        var transport = System.getProperty("transport");
        if (transport != null) {
            builder.environment().put("GATEHOUSE_NODE_TRANSPORT", transport);
        }
        builder.environment().putAll(environment);
        return new Child(builder.start());
    }
}
