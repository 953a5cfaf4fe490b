package gatehouse.faults;

/**
 * One fault, what happens to the gateway under it, and what must hold.
 *
 * @param id as in docs/faults.md, such as {@code F05}
 * @param alone whether it measures time or capacity, so that nothing else may run meanwhile
 * @param inShort whether it says something within a few seconds
 */
record Scenario(String id, String title, boolean alone, boolean inShort, Body body) {
    /** What is done. */
    @FunctionalInterface
    interface Body {
        void run(Trial trial) throws Exception;
    }

    /** One that may run beside others. */
    static Scenario of(String id, String title, Body body) {
        return new Scenario(id, title, false, true, body);
    }

    /** One that measures. */
    static Scenario alone(String id, String title, Body body) {
        return new Scenario(id, title, true, true, body);
    }

    /** One that means nothing when it is short. */
    static Scenario fullOnly(String id, String title, Body body) {
        return new Scenario(id, title, true, false, body);
    }
}
