/**
 * Owns the configuration file: reading it strictly with file, line and column, the units, the records that it becomes,
 * and the schema and reference that are generated from those records. Knows nothing of what the values are used for.
 *
 * <p>Begin at {@link ConfigDocument}, which reads; {@link Binder} makes the records below {@link GatewayConfig} of it, and {@link JsonSchema} and
 * {@link Reference} tell of those records. Every other record here is a part of the file.
 */
@NullMarked
package gatehouse.config;

import org.jspecify.annotations.NullMarked;
