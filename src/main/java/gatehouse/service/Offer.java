package gatehouse.service;

/**
 * What is said of an address from outside, by the configuration or the registry.
 *
 * @param weight share of the requests relative to the others
 * @param state whether it wants requests
 * @param lastChoice whether it gets requests only when no other takes them
 */
record Offer(int weight, Target.State state, boolean lastChoice) {
    /** An address that stands in the configuration. */
    static Offer configured(int weight) {
        return new Offer(weight, Target.State.UP, false);
    }

    /** What is said twice of one address: the better of both. */
    Offer or(Offer other) {
        if (lastChoice != other.lastChoice) {
            return lastChoice ? other : this;
        }
        if (state != other.state) {
            return state.compareTo(other.state) < 0 ? this : other;
        }
        return weight >= other.weight ? this : other;
    }
}
