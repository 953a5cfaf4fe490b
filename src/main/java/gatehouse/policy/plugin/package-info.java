/**
 * Owns policies of others: loads their jars, and stands between what they see and what the gateway knows. Knows nothing of what
 * they do.
 */
@NullMarked
package gatehouse.policy.plugin;

import org.jspecify.annotations.NullMarked;
