/**
 * Owns the admin API: health, metrics, what runs here and how targets are set, and who may ask. Knows neither the process
 * that started it nor any other edge.
 *
 * <p>Begin at {@link AdminVerticle}: a request meets {@link Entrance}, {@link SiteGuard} and {@link TokenGuard}, then one of the classes whose names
 * end in Api, which say to {@link Endpoints} what they answer.
 */
@NullMarked
package gatehouse.admin;

import org.jspecify.annotations.NullMarked;
