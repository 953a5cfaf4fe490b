/**
 * Owns the configuration file: reading it strictly with file, line and column, the units, the records that it becomes,
 * and the schema and reference that are generated from those records. Knows nothing of what the values are used for.
 */
@NullMarked
package gatehouse.config;

import org.jspecify.annotations.NullMarked;
