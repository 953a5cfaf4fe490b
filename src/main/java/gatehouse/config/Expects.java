package gatehouse.config;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * On a type that a configuration value is parsed into. Such a type has {@code public static T parse(String text)}, which
 * throws {@link IllegalArgumentException} with what is wrong with the text.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface Expects {
    /** What a value must look like, for errors and the reference: {@code a rate such as 100/s or 1000/m}. */
    String value();

    /** Values that are words, for a guess at the one that was meant. */
    String[] words() default {};

    /** Regular expression for the JSON Schema (ECMA 262 dialect, no look-around); empty: any string. */
    String pattern() default "";
}
