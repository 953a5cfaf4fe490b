package gatehouse.registry;

/**
 * Name of a service in the registry.
 *
 * @param domain the namespace that it stands in
 * @param name its name there
 */
public record ServiceName(String domain, String name) implements Comparable<ServiceName> {
    /** The domain of those who name none. */
    public static final String DEFAULT_DOMAIN = "default";

    @Override
    public int compareTo(ServiceName other) {
        var order = domain.compareTo(other.domain);
        return order != 0 ? order : name.compareTo(other.name);
    }

    @Override
    public String toString() {
        return domain + "/" + name;
    }
}
