package gatehouse.launch;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/** Rows of text in aligned columns. */
final class TextTable {
    private final String indent;
    private final List<String[]> rows = new ArrayList<>();

    TextTable(String indent) {
        this.indent = indent;
    }

    /** Adds a row; all rows have the same number of cells. */
    TextTable row(String... cells) {
        rows.add(cells);
        return this;
    }

    /** Writes each column as wide as its widest cell. */
    void print(PrintWriter out) {
        for (var row : rows) {
            var line = new StringBuilder(indent);
            for (var column = 0; column < row.length; column++) {
                line.append(row[column]).append(" ".repeat(width(column) - row[column].length() + 2));
            }
            out.println(line.toString().stripTrailing());
        }
    }

    private int width(int column) {
        return rows.stream().mapToInt(row -> row[column].length()).max().orElse(0);
    }
}
