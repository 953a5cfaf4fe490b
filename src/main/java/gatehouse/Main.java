package gatehouse;

import gatehouse.launch.Gatehouse;

/** Where the jar starts. */
public final class Main {
    private Main() {}

    /** Runs a command and ends the process with its exit code. */
    public static void main(String[] args) {
        System.exit(Gatehouse.execute(Gatehouse.Console.STANDARD, args));
    }
}
