package gatehouse.launch;

import gatehouse.config.Expects;

/**
 * A number of instances.
 *
 * @param count 1 to 256, or 0 for one per processor
 */
@Expects(value = "a number from 1 to 256, or cores", pattern = "^(cores|[1-9][0-9]{0,2})$")
public record Instances(int count) {
    /** One per processor. */
    public static final Instances CORES = new Instances(0);

    /** Reads a number or {@code cores}. */
    public static Instances parse(String text) {
        if (text.equals("cores")) {
            return CORES;
        }
        int count;
        try {
            count = Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("neither a number nor cores", e);
        }
        if (count < 1 || count > 256) {
            throw new IllegalArgumentException("not within 1 and 256");
        }
        return new Instances(count);
    }

    /** How many that is on a machine. */
    public int on(int processors) {
        return count == 0 ? processors : count;
    }

    @Override
    public String toString() {
        return count == 0 ? "cores" : Integer.toString(count);
    }
}
