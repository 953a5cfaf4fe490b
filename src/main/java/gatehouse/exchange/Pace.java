package gatehouse.exchange;

/**
 * How fast bodies must move.
 *
 * @param bytesPerSecond least rate; 0 for none
 * @param overNanos over what time the rate is averaged
 * @param bodyNanos longest time of a request body; 0 for none
 * @param streaming whether the exchange may last without end, so that it has no deadline as a whole
 */
public record Pace(long bytesPerSecond, long overNanos, long bodyNanos, boolean streaming) {
    /** No pace and a deadline for the whole exchange. */
    public static final Pace ANY = new Pace(0, 0, 0, false);

    /** No pace and no deadline for the whole exchange. */
    public static final Pace STREAMING = new Pace(0, 0, 0, true);

    /** Bytes that must have moved in so many nanoseconds. */
    public double leastBytes(long nanos) {
        return bytesPerSecond * (nanos / 1e9);
    }
}
