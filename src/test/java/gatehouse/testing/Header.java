package gatehouse.testing;

/**
 * One field line.
 *
 * @param name as it stood, in its own case, with whatever blanks stood before the colon
 * @param value as it stood, without the blanks and tabs around it
 */
public record Header(String name, String value) {
    static Header parse(String line) {
        int colon = line.indexOf(':');
        if (colon < 0) {
            throw new MalformedMessage("field line without a colon: " + line);
        }
        int from = colon + 1;
        int to = line.length();
        while (from < to && isBlank(line.charAt(from))) {
            from++;
        }
        while (to > from && isBlank(line.charAt(to - 1))) {
            to--;
        }
        return new Header(line.substring(0, colon), line.substring(from, to));
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t';
    }

    @Override
    public String toString() {
        return name + ": " + value;
    }
}
