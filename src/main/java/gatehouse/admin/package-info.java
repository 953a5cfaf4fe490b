/**
 * Owns the admin API: health, metrics, what runs here and how targets are set, and who may ask. Knows neither the process
 * that started it nor any other edge.
 */
@NullMarked
package gatehouse.admin;

import org.jspecify.annotations.NullMarked;
