package gatehouse.policy.edit;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import gatehouse.config.Expects;

/**
 * A regular expression in the syntax of RE2, whose matching takes time in proportion to the text, whatever the expression: no
 * path of a client makes it slow.
 */
@Expects("a regular expression in the syntax of RE2, without look-around and back-references")
public final class LinearPattern {
    private static final int LONGEST = 1_000;

    private final Pattern pattern;

    private LinearPattern(Pattern pattern) {
        this.pattern = pattern;
    }

    /** Reads an expression. */
    public static LinearPattern parse(String text) {
        if (text.isEmpty() || text.length() > LONGEST) {
            throw new IllegalArgumentException("not between 1 and " + LONGEST + " characters");
        }
        try {
            return new LinearPattern(Pattern.compile(text));
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException(e.getDescription(), e);
        }
    }

    /** Number of groups in parentheses. */
    int groups() {
        return pattern.groupCount();
    }

    /** The text with the first part that matches replaced, {@code $1} being the first group; the same text where none does. */
    String replaceFirst(String text, String replacement) {
        return pattern.matcher(text).replaceFirst(replacement);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof LinearPattern that && pattern.pattern().equals(that.pattern.pattern());
    }

    @Override
    public int hashCode() {
        return pattern.pattern().hashCode();
    }

    @Override
    public String toString() {
        return pattern.pattern();
    }
}
