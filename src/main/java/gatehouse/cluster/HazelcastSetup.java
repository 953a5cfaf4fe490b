package gatehouse.cluster;

import com.hazelcast.config.Config;
import com.hazelcast.config.JavaSerializationFilterConfig;
import com.hazelcast.config.MapConfig;
import com.hazelcast.config.MultiMapConfig;
import com.hazelcast.config.NetworkConfig;
import com.hazelcast.config.SocketInterceptorConfig;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.instance.EndpointQualifier;
import com.hazelcast.instance.impl.DefaultNodeContext;
import com.hazelcast.instance.impl.DefaultNodeExtension;
import com.hazelcast.instance.impl.HazelcastInstanceFactory;
import com.hazelcast.instance.impl.Node;
import com.hazelcast.instance.impl.NodeExtension;
import com.hazelcast.nio.MemberSocketInterceptor;
import gatehouse.config.ClusterConfig;
import java.util.Map;

/** A member of Hazelcast as it is wanted here: no multicast, no ports but one, nothing that calls home, quick to notice a silence. */
final class HazelcastSetup {
    /** Vert.x knows members by this. */
    static final String NODE_ID = "__vertx.nodeId";

    static final String NAME = "gatehouse.name";

    private static final String LOGGING = "hazelcast.logging.type";

    private static final Map<String, String> PROPERTIES = Map.ofEntries(
            Map.entry(LOGGING, "slf4j"),
            Map.entry("hazelcast.logging.details.enabled", "false"),
            Map.entry("hazelcast.phone.home.enabled", "false"),
            Map.entry("hazelcast.shutdownhook.enabled", "false"),
            Map.entry("hazelcast.health.monitoring.level", "OFF"),
            Map.entry("hazelcast.jmx", "false"),
            Map.entry("hazelcast.socket.bind.any", "false"),
            Map.entry("hazelcast.socket.connect.timeout.seconds", "3"),
            Map.entry("hazelcast.tcp.join.port.try.count", "1"),
            Map.entry("hazelcast.wait.seconds.before.join", "0"),
            Map.entry("hazelcast.max.join.seconds", "20"),
            Map.entry("hazelcast.heartbeat.interval.seconds", "1"),
            Map.entry("hazelcast.merge.first.run.delay.seconds", "5"),
            Map.entry("hazelcast.merge.next.run.delay.seconds", "5"),
            Map.entry("hazelcast.operation.call.timeout.millis", "10000"),
            Map.entry("hazelcast.graceful.shutdown.max.wait", "3"),
            Map.entry("hazelcast.operation.thread.count", "2"),
            Map.entry("hazelcast.operation.generic.thread.count", "2"),
            Map.entry("hazelcast.io.thread.count", "2"),
            Map.entry("hazelcast.event.thread.count", "1"));

    private HazelcastSetup() {}

    static HazelcastInstance start(ClusterConfig settings, Secret secret, String id, String name) {
        System.setProperty(LOGGING, "slf4j"); // classes that log before there is a configuration
        var config = config(settings, secret, id, name);
        var handshake = new Handshake(secret, System::nanoTime);
        return HazelcastInstanceFactory.newHazelcastInstance(config, null, new Guarded(handshake));
    }

    private static Config config(ClusterConfig settings, Secret secret, String id, String name) {
        var config = new Config().setClusterName(secret.clusterName());
        PROPERTIES.forEach(config::setProperty);
        config.setProperty(
                "hazelcast.max.no.heartbeat.seconds",
                Long.toString(settings.silence().toSeconds()));
        config.getMemberAttributeConfig().setAttribute(NODE_ID, id).setAttribute(NAME, name);
        config.getJetConfig().setEnabled(false);
        config.getMetricsConfig().setEnabled(false);
        config.getSerializationConfig().setJavaSerializationFilterConfig(filter());
        config.addMultiMapConfig(new MultiMapConfig("__vertx.subs")
                .setBackupCount(1)
                .setValueCollectionType(MultiMapConfig.ValueCollectionType.SET));
        config.addMapConfig(new MapConfig("__vertx.nodeInfo").setBackupCount(1));
        MapCommons.configure(config, settings.share().bytes());
        network(config.getNetworkConfig(), settings);
        return config;
    }

    private static void network(NetworkConfig network, ClusterConfig settings) {
        var listen = settings.listen();
        network.setPort(listen.port()).setPortAutoIncrement(false).setReuseAddress(true);
        network.getInterfaces().setEnabled(true).addInterface(listen.host());
        network.setSocketInterceptorConfig(
                new SocketInterceptorConfig().setEnabled(true).setClassName(Handshake.class.getName()));
        var join = network.getJoin();
        join.getMulticastConfig().setEnabled(false);
        join.getAutoDetectionConfig().setEnabled(false);
        join.getTcpIpConfig().setEnabled(true);
        settings.seeds().forEach(seed -> join.getTcpIpConfig().addMember(seed.toString()));
    }

    /** What may come as an object of Java: what Hazelcast and Vert.x send each other, and values of the JDK. */
    private static JavaSerializationFilterConfig filter() {
        var filter = new JavaSerializationFilterConfig();
        filter.setDefaultsDisabled(true);
        filter.getWhitelist()
                .addPrefixes("com.hazelcast.", "io.vertx.spi.cluster.hazelcast.impl.", "java.lang.", "java.util.", "[");
        return filter;
    }

    /**
     * Hazelcast asks its edition for the talk that precedes all others, and the free one has none. This is a door that Hazelcast
     * keeps for itself; a version that moves it does not compile, or fails the test that strangers are not let in.
     */
    private static final class Guarded extends DefaultNodeContext {
        private final Handshake handshake;

        Guarded(Handshake handshake) {
            this.handshake = handshake;
        }

        @Override
        public NodeExtension createNodeExtension(Node node) {
            return new DefaultNodeExtension(node) {
                @Override
                public MemberSocketInterceptor getSocketInterceptor(EndpointQualifier qualifier) {
                    return handshake;
                }
            };
        }
    }
}
