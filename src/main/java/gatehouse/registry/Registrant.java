package gatehouse.registry;

/**
 * Who asks for a change.
 *
 * @param name name of the token, or where the request came from
 * @param overrules whether instances of others may be changed too
 */
public record Registrant(String name, boolean overrules) {}
