package gatehouse.config;

import java.util.Comparator;

/**
 * A position in a configuration file, or what stands above the files: a variable of the environment, a {@code --set}. These
 * have no lines.
 *
 * @param file the file's name as it was given, or what stands for one
 * @param line from 1; 0 where there are no lines
 * @param column from 1; 0 where there are no lines
 */
public record Place(String file, int line, int column) implements Comparable<Place> {
    private static final String SET = "--set ";
    private static final Comparator<Place> ORDER =
            Comparator.comparing(Place::file).thenComparingInt(Place::line).thenComparingInt(Place::column);

    /** A {@code --set} of the command line. */
    static Place set(String key) {
        return new Place(SET + key, 0, 0);
    }

    /** A variable of the environment. */
    static Place variable(String name) {
        return new Place("environment " + name, 0, 0);
    }

    /** Whether it is one of many in a file. */
    boolean hasLines() {
        return line > 0;
    }

    /** Whether it stands on the command line. */
    public boolean isCommandLine() {
        return !hasLines() && file.startsWith(SET);
    }

    /** Whether it is the {@code --set} of a key. */
    boolean isSetOf(String path) {
        return isCommandLine() && file.substring(SET.length()).equals(path);
    }

    /** By file, then line, then column. */
    @Override
    public int compareTo(Place other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return hasLines() ? file + ":" + line + ":" + column : file + ":";
    }
}
