package gatehouse.config;

/**
 * Settings of a policy whose plugin is not loaded, taken as they stand.
 *
 * @param value what the file says, as plain values
 */
public record Unread(
        @Key(doc = "Whatever stands there.", required = true)
        Object value) {}
