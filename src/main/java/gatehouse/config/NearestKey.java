package gatehouse.config;

import java.util.Collection;
import java.util.Locale;
import java.util.stream.Collectors;

/** Guesses which known word was meant by an unknown one. */
final class NearestKey {
    private NearestKey() {}

    /** Longer words have no hint: comparing costs the product of two lengths, and the file may come from a stranger. */
    private static final int MAX_LENGTH = 64;

    /** Of more words than this only the first are compared. */
    private static final int MAX_WORDS = 1_000;

    /** More words than this are counted, not listed. */
    private static final int MAX_LISTED = 20;

    /** Words as a list; of many only the first, since a problem is a line to read. */
    static String list(Collection<String> words) {
        var listed = words.stream().limit(MAX_LISTED).map(NearestKey::cut).collect(Collectors.joining(", "));
        return words.size() > MAX_LISTED ? listed + " and " + (words.size() - MAX_LISTED) + " more" : listed;
    }

    /** A word at a length that can be read. */
    static String cut(String word) {
        return word.length() > MAX_LENGTH ? word.substring(0, MAX_LENGTH) + "…" : word;
    }

    /** {@code did you mean timeout?}, or empty where no known word is near. */
    static String hint(String written, Collection<String> known) {
        var nearest = "";
        var least = Integer.MAX_VALUE;
        var compared = 0;
        for (var word : known) {
            if (++compared > MAX_WORDS) {
                break;
            }
            var distance = distance(written, word);
            var isNear = distance <= Math.max(1, Math.min(written.length(), word.length()) / 3);
            if (isNear && (distance < least || (distance == least && word.compareTo(nearest) < 0))) {
                nearest = word;
                least = distance;
            }
        }
        return nearest.isEmpty() ? "" : "did you mean " + nearest + "?";
    }

    /**
     * Optimal string alignment distance (Damerau 1964): insertions, deletions, substitutions and swaps of neighbours.
     * Case does not count.
     */
    static int distance(String left, String right) {
        if (left.length() > MAX_LENGTH || right.length() > MAX_LENGTH || Math.abs(left.length() - right.length()) > 8) {
            return Integer.MAX_VALUE;
        }
        var a = left.toLowerCase(Locale.ROOT);
        var b = right.toLowerCase(Locale.ROOT);
        var rows = new int[a.length() + 1][b.length() + 1];
        for (var i = 0; i <= a.length(); i++) {
            for (var j = 0; j <= b.length(); j++) {
                rows[i][j] = i == 0 || j == 0 ? i + j : step(rows, a, b, i, j);
            }
        }
        return rows[a.length()][b.length()];
    }

    private static int step(int[][] rows, String a, String b, int i, int j) {
        var cost = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
        var least = Math.min(Math.min(rows[i - 1][j], rows[i][j - 1]) + 1, rows[i - 1][j - 1] + cost);
        var swapped = i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
        return swapped ? Math.min(least, rows[i - 2][j - 2] + 1) : least;
    }
}
