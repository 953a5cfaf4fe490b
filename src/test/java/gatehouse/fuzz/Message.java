package gatehouse.fuzz;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One message as the strict reader understands it.
 *
 * @param state how far it can be understood
 * @param why what is wrong with it, or empty
 * @param first first word of the start line: a method, or a version
 * @param second its second word: a target, or a status
 * @param third its third word: a version, or a reason
 * @param fields names in lower case and values without blanks around them
 * @param body content without its framing
 * @param end offset of the first byte behind it
 */
record Message(
        State state, String why, String first, String second, String third, List<Field> fields, byte[] body, int end) {
    /** How far a message can be understood. */
    enum State {
        /** All of it. */
        WHOLE,
        /** It ends before its head does. */
        NO_HEAD,
        /** It has a head, and ends before its body does. */
        CUT_BODY,
        /** Its head has no single meaning. */
        BAD_HEAD,
        /** It has a head, and a body that has no single meaning. */
        BAD_BODY
    }

    /** A field. */
    record Field(String name, String value) {}

    static Message without(State state, String why) {
        return new Message(state, why, "", "", "", List.of(), new byte[0], 0);
    }

    boolean isWhole() {
        return state == State.WHOLE;
    }

    boolean hasHead() {
        return state == State.WHOLE || state == State.CUT_BODY || state == State.BAD_BODY;
    }

    @Nullable String field(String name) {
        for (var field : fields) {
            if (field.name().equals(name)) {
                return field.value();
            }
        }
        return null;
    }

    List<String> all(String name) {
        return fields.stream()
                .filter(field -> field.name().equals(name.toLowerCase(Locale.ROOT)))
                .map(Field::value)
                .toList();
    }

    @Override
    public String toString() {
        return state + " " + why + " " + first + " " + second + " " + fields;
    }
}
