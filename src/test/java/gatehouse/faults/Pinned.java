package gatehouse.faults;

import java.io.IOException;

/** This process, with all its threads, on one processor for a while. */
final class Pinned implements AutoCloseable {
    private final String before;

    private Pinned(String before) {
        this.before = before;
    }

    static Pinned nowhere() {
        return new Pinned("");
    }

    static Pinned toCore(int core) throws IOException {
        long pid = ProcessHandle.current().pid();
        var answer = taskset("-pc", Long.toString(pid));
        var before = answer.substring(answer.lastIndexOf(' ') + 1).strip();
        taskset("-apc", Integer.toString(core), Long.toString(pid));
        return new Pinned(before);
    }

    boolean isPinned() {
        return !before.isEmpty();
    }

    private static String taskset(String... arguments) throws IOException {
        var command = new java.util.ArrayList<String>();
        command.add("taskset");
        command.addAll(java.util.List.of(arguments));
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        var text = new String(process.getInputStream().readAllBytes());
        process.onExit().join();
        return text;
    }

    @Override
    public void close() throws IOException {
        if (isPinned()) {
            taskset("-apc", before, Long.toString(ProcessHandle.current().pid()));
        }
    }
}
