package gatehouse.ws;

import gatehouse.bus.Broadcast;
import gatehouse.bus.Subscription;
import gatehouse.config.TopicName;
import gatehouse.config.TopicsConfig;
import gatehouse.redis.TopicLog;
import gatehouse.snapshot.Snapshots;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.Comparator;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** The topics that somebody listens to, or did a moment ago. Thread-safe. */
public final class Topics {
    private static final long LOOK_MILLIS = 1_000;
    private static final int TELL_EVERY = 30;
    private static final int LONGEST_ID = 64;

    private final Vertx vertx;
    private final Snapshots snapshots;
    private final Map<String, Known> known = new ConcurrentHashMap<>();
    private final AtomicInteger clients = new AtomicInteger();
    private final AtomicLong ids = new AtomicLong();
    private final String node = Integer.toString(ThreadLocalRandom.current().nextInt(36 * 36 * 36 * 36), 36);
    private final Map<String, Future<Void>> posting = new ConcurrentHashMap<>();
    private volatile @Nullable TopicLog log;
    private @Nullable Subscription wanted;
    private long timer = -1;
    private int looks;

    private record Known(Subject subject, Subscription subscription) {}

    /** Without any yet. */
    public Topics(Vertx vertx, Snapshots snapshots, MeterRegistry registry) {
        this.vertx = vertx;
        this.snapshots = snapshots;
        Gauge.builder("gatehouse.topic.subscribers", clients, AtomicInteger::get)
                .description("Clients that listen to topics.")
                .register(registry);
        Gauge.builder("gatehouse.topic.kept", known, Map::size)
                .description("Topics of which messages are kept.")
                .register(registry);
    }

    /** Keeps messages in a Redis as well, and finds there what was pushed before; null for none. Before anybody listens. */
    public void remember(@Nullable TopicLog elsewhere) {
        log = elsewhere;
    }

    /** How long one of those who come back waits before, in milliseconds: not as long as everybody else. */
    long retryMillis() {
        var most = config().retry().toMillis();
        return ThreadLocalRandom.current().nextLong(most / 3, most + 1);
    }

    private TopicsConfig config() {
        return snapshots.current().config().topics();
    }

    /** Listens to what other nodes want; once. */
    synchronized void begin() {
        if (wanted == null) {
            wanted = TopicWanted.TOPIC.subscribe(vertx, told -> {
                if (TopicName.isName(told.topic())) {
                    var subject = subject(told.topic());
                    if (subject != null) {
                        subject.use();
                    }
                }
            });
            timer = vertx.setPeriodic(LOOK_MILLIS, id -> look());
        }
    }

    /** Publishes a message on all nodes; it is kept before anybody is told. */
    public String publish(String topic, String text) {
        var id = nextId();
        var to = log;
        if (to == null) {
            Broadcast.publish(vertx, topic, id, text, false);
        } else { // one after another, so that all see them in this order
            var until = System.nanoTime() + config().patience().toNanos();
            var done = posting.compute(topic, (name, before) -> {
                Future<Void> after = before == null ? Future.succeededFuture() : before;
                return after.compose(posted -> keep(to, topic, new TopicLog.Message(id, text), until))
                        .onComplete(kept -> Broadcast.publish(vertx, topic, id, text, true))
                        .otherwiseEmpty();
            });
            done.onComplete(posted -> posting.remove(topic, done));
        }
        return id;
    }

    /** Keeps a message elsewhere, if those before it have left it time for that. */
    private Future<Void> keep(TopicLog to, String topic, TopicLog.Message message, long until) {
        var left = TimeUnit.NANOSECONDS.toMillis(until - System.nanoTime());
        return left <= 0
                ? Future.failedFuture("Redis took too long for the messages before")
                : to.add(topic, message, config(), left);
    }

    private String nextId() {
        return Long.toString(System.currentTimeMillis(), 36) + "-" + node + "-"
                + Long.toString(ids.incrementAndGet(), 36);
    }

    /** A topic for one more client; null where there are too many of one or the other. */
    @Nullable Subject enter(String topic) {
        if (clients.incrementAndGet() > config().subscribers()) {
            clients.decrementAndGet();
            return null;
        }
        var isNew = !known.containsKey(topic);
        var subject = subject(topic);
        while (subject != null && !subject.hold()) { // it was forgotten a moment ago
            subject = subject(topic);
        }
        if (subject == null) {
            clients.decrementAndGet();
        } else if (isNew) {
            TopicWanted.TOPIC.publish(vertx, new TopicWanted(topic));
        }
        return subject;
    }

    /** One client less. */
    void left(Subject subject) {
        subject.letGo();
        clients.decrementAndGet();
    }

    private @Nullable Subject subject(String topic) {
        var there = known.get(topic);
        if (there != null) {
            there.subject().use();
            return there.subject();
        }
        if (known.size() >= config().most() && !makeRoom()) {
            return null;
        }
        return known.computeIfAbsent(topic, this::begin).subject();
    }

    /** Forgets one that nobody listens to, before others one without a message: else whoever asks for many keeps out everybody. */
    private boolean makeRoom() {
        var now = System.nanoTime();
        var oldest = known.values().stream()
                .filter(topic -> !topic.subject().isHeld())
                .min(Comparator.comparing((Known topic) -> topic.subject().hasMessages())
                        .thenComparing(topic -> topic.subject().usedAt() - now));
        return oldest.isPresent() && forget(oldest.get(), 0);
    }

    /** Whether it is not there any more. */
    private boolean forget(Known topic, long keepNanos) {
        if (!topic.subject().forget(System.nanoTime(), keepNanos)) {
            return false;
        }
        known.remove(topic.subject().name(), topic);
        topic.subscription().close();
        return true;
    }

    private Known begin(String topic) {
        var subject = new Subject(topic);
        var known = new Known(
                subject, Broadcast.subscribe(vertx, topic, (id, text, kept) -> came(subject, id, text, kept)));
        var from = log;
        if (from == null) {
            subject.isReady();
        } else {
            from.read(topic, config()).onComplete(read -> {
                if (read.succeeded()) {
                    subject.remember(read.result(), config());
                }
                subject.isReady();
            });
        }
        return known;
    }

    private void came(Subject subject, @Nullable String given, String text, boolean kept) {
        var id = idOf(given);
        subject.add(id, text, config());
        var to = log;
        if (to != null
                && !kept
                && id.equals(given)
                && text.length() <= config().message().bytes()) { // else each node has its own
            var unused = to.add(
                    subject.name(),
                    new TopicLog.Message(id, text),
                    config(),
                    config().patience().toMillis());
        }
    }

    /** An id that can stand in a field of its own; ours where a message has none. */
    private String idOf(@Nullable String given) {
        if (given == null || given.isEmpty() || given.length() > LONGEST_ID) {
            return nextId();
        }
        for (var i = 0; i < given.length(); i++) {
            if (given.charAt(i) <= ' ' || given.charAt(i) >= 0x7f) {
                return nextId();
            }
        }
        return given;
    }

    /** Forgets topics that nobody wanted for long, and tells others now and then which somebody does. */
    private void look() {
        var keep = config().keep().toNanos();
        var tells = ++looks % TELL_EVERY == 0;
        known.values().forEach(topic -> {
            if (!forget(topic, keep) && tells && topic.subject().isHeld()) {
                TopicWanted.TOPIC.publish(vertx, new TopicWanted(topic.subject().name()));
            }
        });
    }

    /** Ends all subscriptions. */
    synchronized void close() {
        vertx.cancelTimer(timer);
        if (wanted != null) {
            wanted.close();
        }
        known.values().forEach(topic -> topic.subscription().close());
        known.clear();
    }
}
