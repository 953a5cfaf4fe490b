/**
 * Owns what policies in jars of others are written against; docs/plugin.md is about it. Types here, and {@link gatehouse.config.Key},
 * change only in ways that leave what was compiled against them working. Knows nothing of the gateway behind it.
 */
@NullMarked
package gatehouse.plugin;

import org.jspecify.annotations.NullMarked;
