package gatehouse.admin;

import gatehouse.config.AdminConfig.Role;
import gatehouse.problem.Problem;
import gatehouse.problem.ProblemException;
import gatehouse.registry.Question;
import gatehouse.registry.Registrant;
import gatehouse.registry.Registry;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.handler.sockjs.SockJSSocket;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client of the bridge. It may ask what the registry answers on the event bus, and hear of its changes; nothing else of the
 * bus is within its reach. What it does is done for its token, as over HTTP. Confined to one event loop.
 */
final class BridgeClient {
    static final String CHANGED = "gatehouse.registry.changed";
    static final int MOST_BYTES = 64 * 1024;

    private static final Logger LOG = LoggerFactory.getLogger(BridgeClient.class);
    private static final int MOST_UNSENT = 1024 * 1024;
    private static final Map<String, Question> QUESTIONS = Arrays.stream(Question.values())
            .collect(Collectors.toMap(question -> "gatehouse.registry." + question.word(), Function.identity()));

    private final Registry registry;
    private final TokenGuard tokens;
    private final SockJSSocket socket;
    private final List<String> greeted;
    private final String address;
    private final long openedAt;
    private long heardAt;
    private long unsent;
    private boolean admitted;
    private boolean listens;
    private boolean closed;

    BridgeClient(Registry registry, TokenGuard tokens, SockJSSocket socket, long nanos) {
        this.registry = registry;
        this.tokens = tokens;
        this.socket = socket;
        greeted = socket.headers().getAll(HttpHeaders.AUTHORIZATION);
        address = String.valueOf(socket.remoteAddress().hostAddress());
        openedAt = nanos;
        heardAt = nanos;
        admitted = tokens.isOpen();
    }

    /** Whether it has been silent for so long, or has not shown a token it needs. */
    boolean isIdle(long nanos, long idleNanos) {
        return nanos - heardAt > idleNanos || (!admitted && nanos - openedAt > idleNanos);
    }

    /** Whether it wants to hear of changes. */
    boolean listens() {
        return listens;
    }

    /** It said something. */
    void receive(Buffer data, long nanos) {
        heardAt = nanos;
        BridgeMessage message = null;
        try {
            if (data.length() > MOST_BYTES) {
                throw Problem.bodyTooLarge(MOST_BYTES).asFailure();
            }
            message = BridgeMessage.parse(data.toString());
            answer(message);
        } catch (ProblemException e) {
            fail(message, e.problem().status(), e.problem().detail());
        } catch (RuntimeException e) {
            LOG.error("registry bridge: a message failed", e);
            fail(message, 500, "The gateway failed on this request.");
        }
    }

    private void answer(BridgeMessage message) {
        switch (message.type()) {
            case "ping" -> {}
            case "send" -> ask(message);
            case "register" -> listen(message, true);
            case "unregister" -> listen(message, false);
            case "publish" ->
                throw Problem.forbidden("Nothing can be published here.").asFailure();
            default ->
                throw Problem.unprocessable("The field type is not one of send, register, unregister, ping.")
                        .asFailure();
        }
    }

    private void ask(BridgeMessage message) {
        var question = QUESTIONS.get(String.valueOf(message.address()));
        if (question == null) {
            throw Problem.forbidden("The address is not open to clients of the bridge.")
                    .asFailure();
        }
        var by = admit(message, question.changes() ? Role.REGISTER : Role.READ);
        var body = message.body();
        if (body == null) {
            throw Problem.unprocessable("The body is not a JSON object.").asFailure();
        }
        var answer = question.answer(registry, body, by);
        if (message.reply() != null) {
            send(new JsonObject()
                    .put("type", "rec")
                    .put("address", message.reply())
                    .put("body", new JsonObject(answer))
                    .encode());
        }
    }

    private void listen(BridgeMessage message, boolean wants) {
        if (!CHANGED.equals(message.address())) {
            throw Problem.forbidden("The address is not open to clients of the bridge.")
                    .asFailure();
        }
        admit(message, Role.READ);
        listens = wants;
    }

    private Registrant admit(BridgeMessage message, Role needed) {
        var own = message.authorization();
        var caller = tokens.admit(own == null ? greeted : List.of(own), address, needed);
        admitted = true;
        return new Registrant(caller.name(), caller.role() == Role.ADMIN);
    }

    /** As Vert.x's own bridge tells failures: to whoever waits at the address, or else to the client at large. */
    private void fail(@Nullable BridgeMessage message, int status, String detail) {
        var failure = new JsonObject().put("type", "err");
        if (message != null) {
            failure.put("address", message.reply() == null ? message.address() : message.reply());
        }
        send(failure.put("failureCode", status)
                .put("failureType", "RECIPIENT_FAILURE")
                .put("message", detail)
                .encode());
    }

    /** Sends a text, unless what the client does not take is too much already; then it is let go. */
    void send(String text) {
        if (closed) {
            return;
        }
        if (unsent > MOST_UNSENT) {
            LOG.warn("registry bridge: a client at {} does not take what it is sent and is let go", address);
            close();
            return;
        }
        unsent += text.length();
        var unused = socket.write(text).onComplete(sent -> unsent -= text.length());
    }

    void close() {
        if (!closed) {
            closed = true;
            socket.close();
        }
    }
}
