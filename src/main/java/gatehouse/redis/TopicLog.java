package gatehouse.redis;

import gatehouse.config.TopicsConfig;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The last messages of topics, each topic in a stream ({@code gw:topic:NAME}), so that a node which has just begun finds what others
 * have pushed. A message is there once however many nodes bring it.
 */
public final class TopicLog {
    private static final String STREAM = "gw:topic:";
    private static final String LENGTHS = "gw:topic-ids:";

    private final RedisLink redis;

    TopicLog(RedisLink redis) {
        this.redis = redis;
    }

    /**
     * A message as it is kept.
     *
     * @param id what clients know it by
     * @param text what it says
     */
    public record Message(String id, String text) {}

    /**
     * Adds a message, unless it is there; the oldest go where there are more than may be, or longer ones.
     *
     * @param mostMillis how long Redis may take
     */
    public Future<Void> add(String topic, Message message, TopicsConfig config, long mostMillis) {
        return redis.run(
                        Script.TELL,
                        keys(topic),
                        message.id(),
                        message.text(),
                        config.replay(),
                        config.replayBytes().bytes(),
                        Math.max(1_000, config.keep().toMillis()))
                .timeout(mostMillis, TimeUnit.MILLISECONDS)
                .mapEmpty();
    }

    /** All that is kept of a topic, the oldest first. */
    public Future<List<Message>> read(String topic, TopicsConfig config) {
        return redis.run(Script.TOLD, keys(topic))
                .timeout(config.patience().toMillis(), TimeUnit.MILLISECONDS)
                .map(told -> {
                    List<Message> messages = new ArrayList<>(told.size() / 2);
                    for (var i = 0; i + 1 < told.size(); i += 2) {
                        messages.add(new Message(
                                told.get(i).toString(), told.get(i + 1).toString()));
                    }
                    return messages;
                });
    }

    private static List<String> keys(String topic) {
        return List.of(STREAM + topic, LENGTHS + topic);
    }
}
