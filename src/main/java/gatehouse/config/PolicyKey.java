package gatehouse.config;

/**
 * A key that switches a policy on, in {@code defaults}, services, bundles and routes.
 *
 * @param doc what the policy does, for the reference
 * @param type the record that its value is bound to
 */
public record PolicyKey(String doc, Class<? extends Record> type) {}
