package gatehouse.config;

import java.util.Comparator;

/**
 * A position in a configuration file, or what stands for a file: a variable of the environment, a {@code --set}.
 *
 * @param file the file's name as it was given
 * @param line from 1
 * @param column from 1
 */
public record Place(String file, int line, int column) implements Comparable<Place> {
    private static final Comparator<Place> ORDER =
            Comparator.comparing(Place::file).thenComparingInt(Place::line).thenComparingInt(Place::column);

    /** By file, then line, then column. */
    @Override
    public int compareTo(Place other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return file + ":" + line + ":" + column;
    }
}
