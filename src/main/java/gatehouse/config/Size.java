package gatehouse.config;

/**
 * A number of bytes, written {@code 64KiB}, {@code 8MiB}, {@code 1GiB} or {@code 512B}.
 *
 * @param bytes 0 or more
 */
@Expects(value = "a size such as 512B, 64KiB, 8MiB or 2GiB", pattern = "^[0-9]+(B|KiB|MiB|GiB)$")
public record Size(long bytes) {
    /** Reads a size. */
    public static Size parse(String text) {
        var digits = 0;
        while (digits < text.length() && text.charAt(digits) >= '0' && text.charAt(digits) <= '9') {
            digits++;
        }
        var shift = switch (text.substring(digits)) {
            case "B" -> 0;
            case "KiB" -> 10;
            case "MiB" -> 20;
            case "GiB" -> 30;
            default -> throw new IllegalArgumentException("no unit B, KiB, MiB or GiB");
        };
        if (digits == 0 || digits > 15) {
            throw new IllegalArgumentException("not a whole number before the unit");
        }
        try {
            return new Size(Math.multiplyExact(Long.parseLong(text.substring(0, digits)), 1L << shift));
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException("too large", e);
        }
    }

    @Override
    public String toString() {
        if (bytes == 0 || bytes % 1024 != 0) {
            return bytes + "B";
        }
        var units = new String[] {"KiB", "MiB", "GiB"};
        var value = bytes / 1024;
        var unit = 0;
        while (unit < 2 && value % 1024 == 0) {
            value /= 1024;
            unit++;
        }
        return value + units[unit];
    }
}
