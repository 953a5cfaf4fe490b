package gatehouse.registrar;

import com.fasterxml.jackson.databind.ObjectMapper;
import gatehouse.config.ConfigDocument;
import gatehouse.config.ConfigException;
import gatehouse.config.Overrides;
import gatehouse.config.Problems;
import gatehouse.config.RegistryConfig;
import gatehouse.registry.Clocks;
import gatehouse.registry.Entry;
import gatehouse.registry.Grant;
import gatehouse.registry.InstanceName;
import gatehouse.registry.Registrant;
import gatehouse.registry.Registry;
import gatehouse.registry.ServiceName;
import gatehouse.registry.Submission;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Some nodes, a bus between them that loses, doubles and delays what it carries, and a clock that is turned by hand. */
final class LossyBus {
    static final ServiceName ORDERS = new ServiceName("default", "orders");

    private static final Registrant OPS = new Registrant("ops", true);
    private static final long STEP_MILLIS = 50;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Random chance;
    private final Map<String, Node> nodes = new LinkedHashMap<>();
    private final List<Message> underWay = new ArrayList<>();
    private final Set<Set<String>> cut = new HashSet<>();
    private long millis = 1_700_000_000_000L;
    private double losing;
    private double doubling;
    private long mostDelayMillis;
    private int questions;

    LossyBus(long seed) {
        chance = new Random(seed);
    }

    private record Message(String from, String to, long due, Class<? extends Gossip> type, byte[] json) {}

    /** One of them. Its wall clock is off by as much as is said. */
    final class Node {
        private final String name;
        private final Registry registry;
        private final Replication replication;

        private Node(String name, long skewMillis) {
            this.name = name;
            registry = new Registry(settings(), new Clocks(() -> millis * 1_000_000, () -> millis + skewMillis));
            replication = new Replication(
                    registry,
                    name,
                    new Replication.Wire() {
                        @Override
                        public void toAll(Gossip said) {
                            nodes.keySet().stream()
                                    .filter(other -> !other.equals(name))
                                    .forEach(other -> post(name, other, said));
                        }

                        @Override
                        public void to(String node, Gossip said) {
                            post(name, node, said);
                        }
                    },
                    () -> millis * 1_000_000,
                    Duration.ofSeconds(2));
            registry.tell(replication);
        }

        Grant register(String id, String address) {
            return register(id, address, "30s");
        }

        Grant register(String id, String address, String ttl) {
            var fields = Map.<String, Object>of("address", address, "ttl", ttl);
            return registry.register(Submission.registration(named(id), fields, registry.config()), OPS);
        }

        void renew(String id) {
            registry.renew(named(id), null, OPS);
        }

        void deregister(String id) {
            registry.deregister(named(id), null, OPS);
        }

        Replication replication() {
            return replication;
        }

        /** What it would save. */
        List<Entry> toSave() {
            return registry.entries();
        }

        /** Takes up what was saved. */
        void load(List<Entry> entries) {
            entries.forEach(registry::merge);
        }

        /** Instances with address and lease, suspects with a question mark. */
        Set<String> knows() {
            return registry.list(ORDERS).stream()
                    .map(listing -> listing.instance().name().id() + "="
                            + listing.instance().address() + "#"
                            + listing.instance().lease() + (listing.suspect() ? "?" : ""))
                    .collect(Collectors.toCollection(TreeSet::new));
        }

        /** How many it would tell of, those too that went. */
        int entries() {
            return registry.entries().size();
        }

        /** Ids alone, suspects with a question mark. */
        Set<String> ids() {
            return registry.list(ORDERS).stream()
                    .map(listing -> listing.instance().name().id() + (listing.suspect() ? "?" : ""))
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }

    private static InstanceName named(String id) {
        return new InstanceName(ORDERS, id);
    }

    private static RegistryConfig settings() {
        try {
            var document = ConfigDocument.parse("test.yaml", "{ limits: { writes: 100000 } }", Overrides.NONE);
            return document.bind(RegistryConfig.class, Map.of(), new Problems(document));
        } catch (ConfigException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Another node comes up; all hear of it. */
    Node join(String name, long skewMillis) {
        var node = new Node(name, skewMillis);
        nodes.put(name, node);
        tellMembers();
        return node;
    }

    /** A node ends at once, with what it had not sent. */
    void kill(String name) {
        nodes.remove(name);
        underWay.removeIf(message -> message.from.equals(name) || message.to.equals(name));
        tellMembers();
    }

    /** From now on this share of messages is lost, and that is doubled, and each takes up to so long. */
    LossyBus losing(double lost, double doubled, long delayMillis) {
        losing = lost;
        doubling = doubled;
        mostDelayMillis = delayMillis;
        return this;
    }

    /** Two nodes hear no more of each other. */
    void cut(String one, String other) {
        cut.add(Set.of(one, other));
    }

    void heal() {
        cut.clear();
    }

    /** Every node learns which ones it can reach, as membership tells after a while. */
    void tellMembers() {
        nodes.forEach((name, node) -> node.replication.members(nodes.keySet().stream()
                .filter(other -> other.equals(name) || !cut.contains(Set.of(name, other)))
                .collect(Collectors.toSet())));
    }

    /** How many questions were asked so far. */
    int questions() {
        return questions;
    }

    private void post(String from, String to, Gossip said) {
        questions += said instanceof Gossip.Question ? 1 : 0;
        if (cut.contains(Set.of(from, to)) || !nodes.containsKey(to)) {
            return;
        }
        for (var copies = chance.nextDouble() < doubling ? 2 : 1; copies > 0; copies--) {
            if (chance.nextDouble() >= losing) {
                var due = millis + (mostDelayMillis == 0 ? 0 : chance.nextLong(mostDelayMillis));
                underWay.add(new Message(from, to, due, said.getClass(), encode(said)));
            }
        }
    }

    private static byte[] encode(Gossip said) {
        try {
            return JSON.writeValueAsBytes(said);
        } catch (java.io.IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Gossip decode(Message message) {
        try {
            return JSON.readValue(message.json, message.type);
        } catch (java.io.IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Lets time pass. */
    void pass(Duration time) {
        for (var end = millis + time.toMillis(); millis < end; millis += STEP_MILLIS) {
            nodes.values().forEach(node -> {
                node.registry.sweep();
                node.replication.flush();
                node.replication.tick();
            });
            deliver();
        }
    }

    private void deliver() {
        for (var round = 0; round < 5; round++) { // questions and answers at once
            var due = underWay.stream().filter(message -> message.due <= millis).toList();
            underWay.removeAll(due);
            due.forEach(message -> {
                var node = nodes.get(message.to);
                if (node != null && !cut.contains(Set.of(message.from, message.to))) {
                    node.replication.heard(decode(message));
                }
            });
        }
    }

    /** What each node knows, by node. */
    Map<String, Set<String>> known() {
        var known = new HashMap<String, Set<String>>();
        nodes.forEach((name, node) -> known.put(name, node.knows()));
        return known;
    }
}
