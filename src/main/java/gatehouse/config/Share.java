package gatehouse.config;

import java.math.BigDecimal;

/**
 * A part of a whole, written {@code 20%}.
 *
 * @param fraction 0 to 1
 */
@Expects(value = "a share from 0% to 100%", pattern = "^(100(\\.0+)?|[0-9]{1,2}(\\.[0-9]+)?)%$")
public record Share(double fraction) {
    /** Reads {@code 20%}. */
    public static Share parse(String text) {
        if (!text.endsWith("%")) {
            throw new IllegalArgumentException("no % at its end");
        }
        var digits = text.substring(0, text.length() - 1);
        if (!ScalarReader.NUMBER.matcher(digits).matches() || digits.length() > 20 || digits.indexOf('-') >= 0) {
            throw new IllegalArgumentException("not a number before %");
        }
        var percent = Double.parseDouble(digits);
        if (percent > 100) {
            throw new IllegalArgumentException("not within 0% and 100%");
        }
        return new Share(percent / 100);
    }

    @Override
    public String toString() {
        // decimal shift: 0.07 * 100 would show as 7.000000000000001
        return BigDecimal.valueOf(fraction)
                        .movePointRight(2)
                        .stripTrailingZeros()
                        .toPlainString()
                + "%";
    }
}
