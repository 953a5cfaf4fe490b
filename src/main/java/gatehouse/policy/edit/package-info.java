/**
 * Owns what is changed in messages on their way: paths, queries, fields and cookies. Knows no other policy, and not who
 * decided that a message may pass.
 */
@NullMarked
package gatehouse.policy.edit;

import org.jspecify.annotations.NullMarked;
