package gatehouse.config;

/**
 * A part of a whole, written {@code 20%}.
 *
 * @param fraction 0 to 1
 */
@Expects(value = "a share from 0% to 100%", pattern = "^(100|[0-9]{1,2})(\\.[0-9]+)?%$")
public record Share(double fraction) {
    /** Reads {@code 20%}. */
    public static Share parse(String text) {
        if (!text.endsWith("%")) {
            throw new IllegalArgumentException("no % at its end");
        }
        double percent;
        try {
            percent = Double.parseDouble(text.substring(0, text.length() - 1));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("not a number before %", e);
        }
        if (!(percent >= 0 && percent <= 100)) {
            throw new IllegalArgumentException("not within 0% and 100%");
        }
        return new Share(percent / 100);
    }

    @Override
    public String toString() {
        var percent = fraction * 100;
        return (percent == Math.rint(percent) ? Long.toString((long) percent) : Double.toString(percent)) + "%";
    }
}
