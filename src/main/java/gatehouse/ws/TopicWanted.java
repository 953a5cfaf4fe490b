package gatehouse.ws;

import gatehouse.bus.Topic;

/**
 * Somebody listens to a topic on some node: the others begin to keep its messages too, for clients that come back elsewhere.
 *
 * @param topic its name
 */
record TopicWanted(String topic) {
    static final Topic<TopicWanted> TOPIC = Topic.of("gatehouse.topics.wanted", TopicWanted.class);
}
