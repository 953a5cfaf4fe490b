package gatehouse.config;

/** Which values of a limit or timeout guard less than its default. */
public enum Weaker {
    /** Those above it. */
    LARGER,
    /** Those above it, and 0, which switches the limit off. */
    LARGER_OR_ZERO,
    /** Those below it. */
    SMALLER,
    /** Those above it; but where it is switched off altogether, that asks less of others, not more. */
    LARGER_NOT_OFF,
    /** None: it is a matter of taste. */
    NEVER;

    boolean isWeaker(double value, double byDefault) {
        return switch (this) {
            case LARGER, LARGER_NOT_OFF -> value > byDefault;
            case LARGER_OR_ZERO -> byDefault > 0 && (value == 0 || value > byDefault);
            case SMALLER -> value < byDefault;
            case NEVER -> false;
        };
    }

    boolean isWeakerWithout() {
        return this != LARGER_NOT_OFF && this != NEVER;
    }
}
