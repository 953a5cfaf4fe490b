package gatehouse.upstream;

import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A request at a target for which there is a connection, whatever the protocol. Its head comes first, then its framing, then its body.
 * Confined to its event loop.
 */
public interface TargetRequest {
    /** Who hears what comes of it, each time on the event loop and within the context in which the request was asked for. */
    interface Listener {
        /** An interim answer: the client is to know its fields (RFC 8297). */
        void hinted(MultiMap hints);

        /** An interim answer: the target waits for the body (RFC 9110 §15.2.1). */
        void proceed();

        /** The head of the answer has come; nothing of its body is handed over before it is resumed. */
        void responded(TargetAnswer answer);

        /** There will be no answer. */
        void failed(Throwable cause);
    }

    /** Where fields go, one after the other. */
    interface Sink {
        /** One more field, or another line of one. */
        void add(CharSequence name, CharSequence value);
    }

    /**
     * Takes the head, but for what frames the body; nothing is sent yet. None of it may have a character in it
     * that can't be sent.
     *
     * @param target the request target as it is written
     * @param authority host and port by which the target is addressed
     * @param fields puts all fields but those of host, port and framing; called before this returns
     */
    void head(HttpMethod method, String target, String authority, Consumer<Sink> fields, Listener listener);

    /** Its body has so many bytes. */
    void length(long bytes);

    /** Its body comes in pieces of which nobody knows how many there are. */
    void chunked();

    /** The target is asked to say when it wants the body. */
    void expectContinue();

    /** Sends the head, before there is anything of the body. */
    void sendHead();

    /**
     * Sends a piece of the body, and the head if it wasn't.
     *
     * @param taken called once the connection has taken it, or will not any more
     */
    void write(Buffer piece, Runnable taken);

    /** Sends the last piece, or nothing more. A body that is one piece gets its length from that, unless it is chunked. */
    void end(@Nullable Buffer last);

    /** Gives it up wherever it is; nothing is heard of it any more. What can't serve others after that is closed. */
    void abandon();

    /** Whether its connection had served others before. */
    boolean isOnKept();

    /** Whether by a failure the target says that it did nothing for it. */
    boolean isUnprocessed(Throwable cause);

    /** It ended in vain: its connection is asked whether it lives, if that was silent for so long; zero for never. */
    void doubt(Duration silence);
}
