package gatehouse.registry;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/** What the registry is asked in messages, whoever carries them: plain values in, plain values out. */
public enum Question {
    /** Registers an instance, or renews and changes it. */
    REGISTER(true) {
        @Override
        public Map<String, Object> answer(Registry registry, Map<String, ?> message, Registrant by) {
            var fields = new HashMap<String, Object>(message);
            var name = takeName(fields);
            return registry.register(Submission.registration(name, fields, registry.config()), by)
                    .toFields();
        }
    },
    /** Renews the lease of an instance. */
    RENEW(true) {
        @Override
        public Map<String, Object> answer(Registry registry, Map<String, ?> message, Registrant by) {
            return registry.renew(instance(message), Submission.lease(message.get("lease")), by)
                    .toFields();
        }
    },
    /** Takes an instance out. */
    DEREGISTER(true) {
        @Override
        public Map<String, Object> answer(Registry registry, Map<String, ?> message, Registrant by) {
            var name = instance(message);
            var lease = Submission.lease(message.get("lease"));
            return registry.atOnce(() -> {
                var known = registry.find(name);
                var index = registry.deregister(name, lease, by); // fails where it is not known
                return new Grant(index, Objects.requireNonNull(known).instance().lease(), known.expiresAt(), false)
                        .toFields();
            });
        }
    },
    /** The instances of a service. */
    GET(false) {
        @Override
        public Map<String, Object> answer(Registry registry, Map<String, ?> message, Registrant by) {
            var service = new ServiceName(domain(message), Submission.name("name", message.get("name")));
            return registry.atOnce(() -> items(
                    registry,
                    registry.list(service).stream().map(Listing::toFields).toList()));
        }
    },
    /** The services of a domain. */
    LIST(false) {
        @Override
        public Map<String, Object> answer(Registry registry, Map<String, ?> message, Registrant by) {
            var domain = domain(message);
            return registry.atOnce(() -> items(
                    registry,
                    registry.services(domain).stream().map(Summary::toFields).toList()));
        }
    };

    private final boolean changes;

    Question(boolean changes) {
        this.changes = changes;
    }

    /** Its name in an address. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Whether it changes anything. */
    public boolean changes() {
        return changes;
    }

    /**
     * Answers it.
     *
     * @throws gatehouse.problem.ProblemException where that can't be done
     */
    public abstract Map<String, Object> answer(Registry registry, Map<String, ?> message, Registrant by);

    private static InstanceName instance(Map<String, ?> message) {
        return takeName(new HashMap<>(message));
    }

    private static InstanceName takeName(Map<String, Object> fields) {
        var domain = domain(fields);
        var service = Submission.name("service", fields.remove("service"));
        var id = Submission.name("id", fields.remove("id"));
        fields.remove("domain");
        return new InstanceName(new ServiceName(domain, service), id);
    }

    private static String domain(Map<String, ?> fields) {
        var domain = fields.get("domain");
        return domain == null && !fields.containsKey("domain")
                ? ServiceName.DEFAULT_DOMAIN
                : Submission.name("domain", domain);
    }

    private static Map<String, Object> items(Registry registry, List<Map<String, Object>> items) {
        var answer = new LinkedHashMap<String, Object>();
        answer.put("items", items);
        answer.put("index", registry.index());
        return answer;
    }
}
