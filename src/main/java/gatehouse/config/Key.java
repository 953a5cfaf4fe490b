package gatehouse.config;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * One key of a configuration record: what the reader accepts, and what schema and reference print.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Key {
    /** What the key does, as published in the reference; one or two sentences in Markdown. */
    String doc();

    /** Name of the key, where it can't be that of the record component: {@code $schema}. */
    String name() default "";

    /**
     * The default, written as in the file ({@code 2s}, {@code roundRobin}, {@code []}, and <code>{}</code> for a nested
     * record with its own defaults). Empty: there is none, the component is null, or empty for a map or list.
     */
    String value() default "";

    /** Whether the file must have the key. */
    boolean required() default false;

    /** Whether the value is never shown, wherever it came from. */
    boolean secret() default false;

    /** Least value: of a number; milliseconds of a duration; bytes of a size. */
    long min() default Long.MIN_VALUE;

    /** Greatest value, in the same units. */
    long max() default Long.MAX_VALUE;

    /** Which way a value guards less than the default does; counts where the key is a measure. */
    Weaker weaker() default Weaker.LARGER;
}
