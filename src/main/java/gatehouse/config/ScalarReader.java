package gatehouse.config;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Turns one scalar into a value of a Java type. */
final class ScalarReader {
    static final Pattern INTEGER = Pattern.compile("-?(0|[1-9][0-9]*)");
    static final Pattern NUMBER = Pattern.compile("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][-+]?[0-9]{1,3})?");

    private ScalarReader() {}

    /** Why a scalar is no value of its type; the message may be null where the expectation says it all. */
    static final class Refused extends Exception {
        Refused(@Nullable String detail) {
            super(detail);
        }
    }

    /** Reads a value. */
    static Object read(Class<?> type, Node.Scalar scalar, Limits limits) throws Refused {
        var text = scalar.text();
        if (type == String.class) {
            return text;
        }
        if (type == boolean.class || type == Boolean.class) {
            return bool(scalar);
        }
        if (type.isEnum()) {
            return constant(type, text);
        }
        if (isNumber(type)) {
            return number(type, scalar, limits);
        }
        try {
            var value = type == Duration.class ? Durations.parse(text) : parse(type, text);
            if (!limits.allow(value)) {
                throw new Refused(null);
            }
            return value;
        } catch (IllegalArgumentException e) {
            var refused = new Refused(e.getMessage());
            refused.initCause(e);
            throw refused;
        }
    }

    static boolean isNumber(Class<?> type) {
        return type == int.class
                || type == Integer.class
                || type == long.class
                || type == Long.class
                || type == double.class
                || type == Double.class;
    }

    static boolean isWhole(Class<?> type) {
        return type != double.class && type != Double.class;
    }

    private static Object bool(Node.Scalar scalar) throws Refused {
        if (!mayBeTyped(scalar)
                || !(scalar.text().equals("true") || scalar.text().equals("false"))) {
            throw new Refused(null);
        }
        return scalar.text().equals("true");
    }

    private static Object number(Class<?> type, Node.Scalar scalar, Limits limits) throws Refused {
        var whole = isWhole(type);
        var fits = (whole ? INTEGER : NUMBER).matcher(scalar.text()).matches()
                && scalar.text().length() <= 40;
        if (!mayBeTyped(scalar) || !fits) {
            throw new Refused(null);
        }
        var value = new BigDecimal(scalar.text());
        if (!limits.within(type).allow(value)) {
            throw new Refused(null);
        }
        if (!whole) {
            return value.doubleValue();
        }
        return type == int.class || type == Integer.class ? (Object) value.intValueExact() : value.longValueExact();
    }

    /** Quotes make it text, unless it was interpolated or set from outside. */
    private static boolean mayBeTyped(Node.Scalar scalar) {
        return scalar.plain() || scalar.source() != Node.Source.WRITTEN;
    }

    private static Object constant(Class<?> type, String text) throws Refused {
        for (var constant : type.getEnumConstants()) {
            if (word((Enum<?>) constant).equals(text)) {
                return constant;
            }
        }
        throw new Refused(null);
    }

    /** How the constants of an enum are written, or the words that another type has; empty where there are none. */
    static List<String> words(Class<?> type) {
        if (!type.isEnum()) {
            var expects = type.getAnnotation(Expects.class);
            return expects == null ? List.of() : List.of(expects.words());
        }
        var words = new ArrayList<String>();
        for (var constant : type.getEnumConstants()) {
            words.add(word((Enum<?>) constant));
        }
        return words;
    }

    static String word(Enum<?> constant) {
        try {
            var word = constant.getDeclaringClass().getField(constant.name()).getAnnotation(Word.class);
            if (word != null) {
                return word.value();
            }
        } catch (NoSuchFieldException e) {
            throw new IllegalStateException(e);
        }
        var camel = new StringBuilder();
        for (var part : constant.name().split("_", -1)) {
            camel.append(part.charAt(0)).append(part.substring(1).toLowerCase(Locale.ROOT));
        }
        return camel.substring(0, 1).toLowerCase(Locale.ROOT) + camel.substring(1);
    }

    /** Whether values of a type come from its own {@code parse}. */
    static boolean isParsed(Class<?> type) {
        return parser(type) != null;
    }

    private static @Nullable Method parser(Class<?> type) {
        try {
            var parser = type.getDeclaredMethod("parse", String.class);
            return type.isAssignableFrom(parser.getReturnType()) ? parser : null;
        } catch (NoSuchMethodException e) {
            return null;
        }
    }

    private static Object parse(Class<?> type, String text) {
        var parser = parser(type);
        if (parser == null) {
            throw new IllegalStateException("no way to read a " + type.getName());
        }
        try {
            parser.setAccessible(true);
            return parser.invoke(null, text);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof IllegalArgumentException refusal) {
                throw refusal;
            }
            throw new IllegalStateException(type.getName(), e);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }
}
