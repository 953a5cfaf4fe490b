package gatehouse.cache;

import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads a dictionary of structured fields (RFC 8941 §4.2.2) as far as cache directives need it: parameters, and lists, which no
 * directive has for a value, are read and dropped.
 */
final class Dictionary {
    private final String text;
    private final boolean withParameters;
    private int at;

    private Dictionary(String text, boolean withParameters) {
        this.text = text;
        this.withParameters = withParameters;
    }

    /**
     * The members in order, a repeated one as it was last; null for what is no dictionary.
     *
     * @param withParameters whether members that have parameters are among them
     */
    static @Nullable Map<String, Object> parse(String text, boolean withParameters) {
        try {
            return new Dictionary(text, withParameters).members();
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private Map<String, Object> members() {
        var members = new LinkedHashMap<String, Object>();
        skip(" ");
        while (at < text.length()) {
            var key = key();
            Object value = true;
            if (take('=')) {
                value = at < text.length() && text.charAt(at) == '(' ? list() : bare();
            }
            var isPlain = !parameters();
            if (isPlain || withParameters) {
                members.remove(key);
                members.put(key, value);
            }
            skip(" \t");
            if (at == text.length()) {
                break;
            }
            need(',');
            skip(" \t");
            if (at == text.length()) {
                throw new IllegalArgumentException("a comma at the end");
            }
        }
        return members;
    }

    /** Whether there were any. */
    private boolean parameters() {
        var start = at;
        while (take(';')) {
            skip(" ");
            key();
            if (take('=')) {
                bare();
            }
        }
        return at > start;
    }

    private String key() {
        var start = at;
        if (at == text.length() || !(isLower(text.charAt(at)) || text.charAt(at) == '*')) {
            throw new IllegalArgumentException("no key");
        }
        while (at < text.length()
                && (isLower(text.charAt(at)) || isDigit(text.charAt(at)) || "_-.*".indexOf(text.charAt(at)) >= 0)) {
            at++;
        }
        return text.substring(start, at);
    }

    private Object list() {
        need('(');
        skip(" ");
        while (!take(')')) {
            bare();
            parameters();
            if (at == text.length() || " )".indexOf(text.charAt(at)) < 0) {
                throw new IllegalArgumentException("no list");
            }
            skip(" ");
        }
        return true;
    }

    private Object bare() {
        if (at == text.length()) {
            throw new IllegalArgumentException("no value");
        }
        var c = text.charAt(at);
        if (c == '"') {
            return string();
        }
        if (c == ':') {
            return bytes();
        }
        if (c == '?') {
            at++;
            if (take('1')) {
                return true;
            }
            need('0');
            return false;
        }
        return isDigit(c) || c == '-' ? number() : token();
    }

    private Object number() {
        var start = at;
        take('-');
        var first = at;
        while (at < text.length() && isDigit(text.charAt(at))) {
            at++;
        }
        if (at == first || at - first > 15) {
            throw new IllegalArgumentException("no integer");
        }
        var whole = Long.parseLong(text.substring(start, at));
        if (!take('.')) {
            return whole;
        }
        var fraction = at;
        while (at < text.length() && isDigit(text.charAt(at))) {
            at++;
        }
        if (at == fraction || at - fraction > 3) {
            throw new IllegalArgumentException("no decimal");
        }
        return Double.parseDouble(text.substring(start, at));
    }

    private String string() {
        var value = new StringBuilder();
        for (at++; at < text.length(); at++) {
            var c = text.charAt(at);
            if (c == '"') {
                at++;
                return value.toString();
            }
            if (c == '\\') {
                at++;
                if (at == text.length() || "\"\\".indexOf(text.charAt(at)) < 0) {
                    throw new IllegalArgumentException("no escape");
                }
                c = text.charAt(at);
            } else if (c < ' ' || c > '~') {
                throw new IllegalArgumentException("no string");
            }
            value.append(c);
        }
        throw new IllegalArgumentException("a string without end");
    }

    private String bytes() {
        var end = text.indexOf(':', at + 1);
        if (end < 0) {
            throw new IllegalArgumentException("bytes without end");
        }
        var encoded = text.substring(at + 1, end);
        Base64.getDecoder().decode(encoded); // which throws where they are none
        at = end + 1;
        return encoded;
    }

    private String token() {
        var start = at;
        var c = text.charAt(at);
        if (!isLower(c) && !(c >= 'A' && c <= 'Z') && c != '*') {
            throw new IllegalArgumentException("no token");
        }
        while (at < text.length() && " \t,;\"()<>@[]{}?=\\".indexOf(text.charAt(at)) < 0 && text.charAt(at) < 127) {
            at++;
        }
        return text.substring(start, at);
    }

    private boolean take(char c) {
        if (at < text.length() && text.charAt(at) == c) {
            at++;
            return true;
        }
        return false;
    }

    private void need(char c) {
        if (!take(c)) {
            throw new IllegalArgumentException("no " + c);
        }
    }

    private void skip(String blanks) {
        while (at < text.length() && blanks.indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    private static boolean isLower(char c) {
        return c >= 'a' && c <= 'z';
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }
}
