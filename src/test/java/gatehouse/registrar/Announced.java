package gatehouse.registrar;

import gatehouse.registry.InstanceName;
import gatehouse.registry.Registrant;
import gatehouse.registry.ServiceName;
import gatehouse.registry.Submission;
import gatehouse.registry.Update;
import gatehouse.testing.TestGateway;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** What instances say to the registry of a gateway. */
record Announced(TestGateway gateway, String service) {
    private static final Registrant OPS = new Registrant("ops", true);

    InstanceName name(String id) {
        return new InstanceName(new ServiceName(ServiceName.DEFAULT_DOMAIN, service), id);
    }

    void register(String id, String address) {
        register(id, address, Map.of());
    }

    void register(String id, String address, Map<String, ?> more) {
        var fields = new HashMap<String, Object>(more);
        fields.put("address", address);
        var registry = gateway.node().registry();
        registry.register(Submission.registration(name(id), fields, registry.config()), OPS);
    }

    void renew(String id) {
        gateway.node().registry().renew(name(id), null, OPS);
    }

    void state(String id, gatehouse.registry.Instance.State state) {
        gateway.node()
                .registry()
                .update(name(id), new Update(state, null, Map.<String, Optional<String>>of()), null, OPS);
    }

    void deregister(String id) {
        gateway.node().registry().deregister(name(id), null, OPS);
    }
}
