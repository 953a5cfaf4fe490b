package gatehouse.config;

/** A configuration record with rules that span several of its keys; asked once, after each key was read. */
public interface Checked {
    /** Tells every rule that this record breaks. */
    void check(Complaints complaints);

    /** Where a record puts what is wrong with it. */
    @FunctionalInterface
    interface Complaints {
        /**
         * Adds a problem at one key of this record.
         *
         * @param key the key, a dotted path below this record, or empty for the record itself
         * @param what what is wrong, with the offending value
         * @param expected what was expected instead
         */
        default void add(String key, String what, String expected) {
            add(key, what, expected, "");
        }

        /** Adds a problem with a guess at what was meant, such as {@code did you mean users?}. */
        void add(String key, String what, String expected, String hint);
    }
}
