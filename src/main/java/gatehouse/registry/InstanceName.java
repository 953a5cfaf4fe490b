package gatehouse.registry;

/**
 * Name of an instance.
 *
 * @param service the service that it is one of
 * @param id what tells it from the others
 */
public record InstanceName(ServiceName service, String id) {
    @Override
    public String toString() {
        return service + "/" + id;
    }
}
