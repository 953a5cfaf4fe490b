package gatehouse.rpc;

import org.jspecify.annotations.Nullable;

/**
 * Where something stands in JSON. Put into words only when somebody is told: keys may be long, and what they hold may be many.
 *
 * @param in what it stands in; null for the outermost object
 * @param name of the field; of an element, that of its list
 * @param index of an element; -1 for a field
 */
record At(@Nullable At in, String name, int index) {
    /** Longest text; a problem says no more. */
    private static final int LONGEST = 500;

    /** A field of what stands there. */
    static At field(@Nullable At in, String name) {
        return new At(in, name, -1);
    }

    /** An element of the list that stands here. */
    At element(int number) {
        return new At(in, name, number);
    }

    @Override
    public String toString() {
        var text = new StringBuilder();
        write(text);
        return text.length() > LONGEST ? text.substring(0, LONGEST) : text.toString();
    }

    private void write(StringBuilder text) {
        if (in != null) {
            in.write(text);
            text.append('.');
        }
        if (text.length() > LONGEST) {
            return;
        }
        text.append(name, 0, Math.min(name.length(), LONGEST));
        if (index >= 0) {
            text.append('[').append(index).append(']');
        }
    }
}
