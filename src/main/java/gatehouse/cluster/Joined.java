package gatehouse.cluster;

import com.hazelcast.cluster.MembershipEvent;
import com.hazelcast.cluster.MembershipListener;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.HazelcastInstanceNotActiveException;
import com.hazelcast.core.LifecycleEvent.LifecycleState;
import gatehouse.bus.BusWiring;
import gatehouse.config.ClusterConfig;
import io.netty.util.NetUtil;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.spi.cluster.ClusterManager;
import io.vertx.spi.cluster.hazelcast.HazelcastClusterManager;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A node among others. Begun before the Vert.x that works on it, and ended after it. */
public final class Joined implements Cluster, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Joined.class);

    private final String id = UUID.randomUUID().toString();
    private final ClusterConfig settings;
    private final Secret secret;
    private final HazelcastInstance hazelcast;
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private final Member lonely;
    private final Commons commons;
    private final MemberPorts memberPorts;
    private final Namesakes namesakes = new Namesakes();
    private @Nullable Ledger ledger;
    private volatile @Nullable Vertx vertx;
    private volatile Set<Integer> ports = Set.of();
    private volatile boolean closing;

    private Joined(ClusterConfig settings, String name) {
        this.settings = settings;
        secret = new Secret(Objects.requireNonNull(settings.secret()));
        hazelcast = HazelcastSetup.start(settings, secret, id, name);
        lonely = new Member(id, name, address(), true);
        commons = new MapCommons(this::begun, hazelcast);
        memberPorts = new MemberPorts(hazelcast, id);
        hazelcast.getCluster().addMembershipListener(new Comings());
        hazelcast.getLifecycleService().addLifecycleListener(event -> lived(event.getState()));
        LOG.info("cluster: {} on {}, {}", name, address(), described());
        namesakes.look(members());
    }

    /**
     * Joins the members that are found at the seeds, or begins a cluster. Blocks, for some seconds.
     *
     * @param name what others call this node
     * @throws NotHereException when {@code cluster.listen} is no address of this host
     */
    public static Joined join(ClusterConfig settings, String name) {
        checkIsHere(settings.listen().host());
        return new Joined(settings, name);
    }

    private static void checkIsHere(String host) {
        var address = NetUtil.createInetAddressFromIpAddressString(host);
        try {
            if (address != null && !address.isLoopbackAddress() && NetworkInterface.getByInetAddress(address) == null) {
                throw new NotHereException();
            }
        } catch (SocketException e) {
            LOG.debug("the interfaces of this host are not known", e);
        }
    }

    /** Lets the event bus of a Vert.x that is yet to be made reach other members, and no others reach it. */
    public void wire(VertxOptions options) {
        var password = HexFormat.of().formatHex(secret.derive("key store"));
        var host = settings.listen().host();
        BusWiring.bind(options, host, settings.bus(), Identity.keyStore(secret, password), password);
    }

    /** What a Vert.x joins with; another one for each. */
    public ClusterManager manager() {
        return new HazelcastClusterManager(hazelcast);
    }

    /** The Vert.x that works on it was made. */
    public void begin(Vertx made) {
        BusWiring.restrict(made);
        vertx = made;
        ports = Set.of(
                hazelcast.getCluster().getLocalMember().getAddress().getPort(),
                ((VertxInternal) made).clusterManager().getNodeInfo().port());
        memberPorts.tell(made, ports);
        onChange(() -> ClusterChanged.TOPIC.publishLocal(
                made, new ClusterChanged(members().stream().map(Member::name).toList())));
    }

    private final class Comings implements MembershipListener {
        @Override
        public void memberAdded(MembershipEvent event) {
            LOG.info("cluster: {} joins, {}", show(event.getMember()), described());
            namesakes.look(members());
            toldAgain();
            changed();
        }

        @Override
        public void memberRemoved(MembershipEvent event) {
            LOG.warn("cluster: {} is gone, {}", show(event.getMember()), described());
            gone(event.getMember());
            changed();
        }
    }

    private void lived(LifecycleState state) {
        if (state == LifecycleState.MERGED) {
            LOG.info("cluster: together again after having been cut off, {}", described());
            toldAgain();
            changed();
        } else if (state == LifecycleState.SHUTTING_DOWN && !closing) {
            LOG.error("cluster: this node has lost its membership and serves alone from now on; it needs a restart");
            changed();
        }
    }

    /** Who has come may not have heard at which ports this member listens. */
    private void toldAgain() {
        var begun = vertx;
        if (begun != null && !closing) {
            memberPorts.tellAgain(begun);
        }
    }

    private void gone(com.hazelcast.cluster.Member member) {
        var begun = vertx;
        if (begun != null && !closing) {
            memberPorts.forget(begun, String.valueOf(member.getAttribute(HazelcastSetup.NODE_ID)));
        }
    }

    private void changed() {
        try {
            listeners.forEach(Runnable::run);
        } catch (RejectedExecutionException e) {
            LOG.debug("nobody is there any more to be told", e); // between the end of Vert.x and that of this
        }
    }

    private String described() {
        var count = hazelcast.getCluster().getMembers().size();
        return count == 1 ? "alone" : count + " members";
    }

    private static String show(com.hazelcast.cluster.Member member) {
        return member.getAttribute(HazelcastSetup.NAME) + " (" + show(member.getAddress()) + ")";
    }

    private static String show(com.hazelcast.cluster.Address address) {
        return address.getHost() + ":" + address.getPort();
    }

    /** Where other members reach this one. */
    public String address() {
        return show(hazelcast.getCluster().getLocalMember().getAddress());
    }

    @Override
    public String self() {
        return id;
    }

    @Override
    public List<Member> members() {
        try {
            return present();
        } catch (HazelcastInstanceNotActiveException e) {
            LOG.debug("no member any more", e);
            return List.of(lonely);
        }
    }

    private List<Member> present() {
        return hazelcast.getCluster().getMembers().stream()
                .map(member -> new Member(
                        String.valueOf(member.getAttribute(HazelcastSetup.NODE_ID)),
                        String.valueOf(member.getAttribute(HazelcastSetup.NAME)),
                        show(member.getAddress()),
                        member.localMember()))
                .sorted(Comparator.comparing(Member::name).thenComparing(Member::address))
                .toList();
    }

    @Override
    public Set<Integer> ports() {
        return ports;
    }

    @Override
    public void listensAt(Set<Integer> more) {
        var all = new HashSet<>(ports);
        all.addAll(more);
        memberPorts.tell(begun(), all);
    }

    @Override
    public Map<InetAddress, Set<Integer>> portsOfOthers() {
        return memberPorts.others();
    }

    @Override
    public boolean isShared() {
        return true;
    }

    @Override
    public void onChange(Runnable changed) {
        listeners.add(changed);
    }

    @Override
    public byte[] key(String purpose) {
        return secret.derive("for " + purpose);
    }

    @Override
    public SharedMap map(String name) {
        var begun = begun();
        return new SharedMap(
                begun.sharedData().getAsyncMap(name),
                (map, key, value, next, life) -> map.replaceIfPresent(key, value, next)
                        .compose(done -> done ? live(begun, name, key, life) : Future.succeededFuture(false)));
    }

    /** Hazelcast takes the end off an entry that is replaced. */
    private Future<Boolean> live(Vertx begun, String name, String key, long millis) {
        return begun.executeBlocking(
                () -> {
                    hazelcast.<String, Object>getMap(name).setTtl(key, millis, TimeUnit.MILLISECONDS);
                    return true;
                },
                false);
    }

    @Override
    public synchronized Ledger ledger() {
        if (ledger == null) {
            ledger = new MapLedger(this, InstantSource.system());
        }
        return ledger;
    }

    @Override
    public Commons commons() {
        return commons;
    }

    private Vertx begun() {
        return Objects.requireNonNull(vertx, "begin() comes first");
    }

    /** Leaves, which hands on what only this member keeps for all. Blocks. */
    @Override
    public void close() {
        closing = true;
        hazelcast.shutdown();
    }
}
