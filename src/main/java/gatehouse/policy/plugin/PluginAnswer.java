package gatehouse.policy.plugin;

import gatehouse.exchange.Fields;
import gatehouse.exchange.Reply;
import gatehouse.plugin.Answer;
import org.jspecify.annotations.Nullable;

/** The head of a reply. */
record PluginAnswer(Reply reply) implements Answer {
    @Override
    public int status() {
        return reply.status();
    }

    @Override
    public @Nullable String header(String name) {
        return reply.headers().get(name);
    }

    @Override
    public void setHeader(String name, String value) {
        if (!Fields.isSettableInAnswers(name)) {
            throw new IllegalArgumentException(name + " belongs to the connection or frames the body");
        }
        Fields.check(name, value);
        reply.headers().set(name, value);
    }

    @Override
    public void removeHeader(String name) {
        if (Fields.isSettableInAnswers(name)) {
            reply.headers().remove(name);
        }
    }
}
