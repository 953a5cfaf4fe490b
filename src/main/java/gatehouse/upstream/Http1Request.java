package gatehouse.upstream;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.LastHttpContent;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.buffer.BufferInternal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A request on a connection of HTTP/1.1, and who waits for its answer. Confined to its event loop. */
final class Http1Request implements TargetRequest {
    /** A piece up to this size goes out in the same buffer as what frames it. */
    private static final int SMALL = 2048;

    /** Of the framing of a piece: its length, the ends of two lines, and the last piece behind it. */
    private static final int FRAME = 24;

    private static final int CONTINUE_STATUS = 100;
    private static final int SWITCHING_PROTOCOLS = 101;
    private static final int EARLY_HINTS = 103;
    private static final int FIRST_FINAL = 200;

    private static final byte[] LINE_END = {'\r', '\n'};
    private static final byte[] LAST_PIECE = {'0', '\r', '\n', '\r', '\n'};
    private static final byte[] CHUNKED = ascii("Transfer-Encoding: chunked\r\n");
    private static final byte[] CONTINUE = ascii("Expect: 100-continue\r\n");
    private static final byte[] LENGTH = ascii("Content-Length: ");

    private final Http1Connection connection;
    private final ContextInternal context;
    private final HeadBytes scratch;
    private @Nullable Listener listener;
    private @Nullable ByteBuf head;
    private @Nullable Http1Answer answer;
    private long length = -1;
    private boolean isChunked;
    private boolean expectsContinue;
    private boolean sent;
    private boolean interim;

    Http1Request(Http1Connection connection, ContextInternal context, HeadBytes scratch) {
        this.connection = connection;
        this.context = context;
        this.scratch = scratch;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    @Override
    public void head(HttpMethod method, String target, String authority, Consumer<Sink> fields, Listener whose) {
        listener = whose;
        connection.expectAnswerTo(method.toNetty());
        scratch.clear();
        scratch.requestLine(method.name(), target);
        scratch.host(authority);
        fields.accept(scratch);
        head = connection.room(scratch.size() + 128); // what frames it and a short body, too
        scratch.writeTo(head);
    }

    @Override
    public void length(long bytes) {
        length = bytes;
    }

    @Override
    public void chunked() {
        isChunked = true;
    }

    @Override
    public void expectContinue() {
        expectsContinue = true;
    }

    @Override
    public void sendHead() {
        if (head != null) {
            send(null, false, null);
        }
    }

    @Override
    public void write(Buffer piece, Runnable taken) {
        send(((BufferInternal) piece).getByteBuf(), false, taken);
    }

    @Override
    public void end(@Nullable Buffer last) {
        sent = true;
        send(last == null ? null : ((BufferInternal) last).getByteBuf(), true, null);
        checkOver();
    }

    /** Sends what is still to be sent of the head, and a piece of the body within its frame. */
    private void send(@Nullable ByteBuf piece, boolean isLast, @Nullable Runnable taken) {
        var size = piece == null ? 0 : piece.readableBytes();
        if (isLast && head != null && !isChunked && length < 0 && size > 0) {
            length = size;
        }
        var first = takeHead();
        var octets = first == null ? connection.room(FRAME + Math.min(size, SMALL)) : first;
        if (isChunked && size > 0) {
            octets.writeCharSequence(Integer.toHexString(size), StandardCharsets.US_ASCII);
            octets.writeBytes(LINE_END);
        }
        if (piece != null && size <= SMALL) {
            octets.writeBytes(piece);
        } else if (piece != null) {
            connection.write(octets);
            connection.write(piece);
            octets = connection.room(FRAME);
        }
        if (isChunked && size > 0) {
            octets.writeBytes(LINE_END);
        }
        if (isChunked && isLast) {
            octets.writeBytes(LAST_PIECE);
        }
        if (taken == null) {
            connection.write(octets);
        } else {
            connection.write(octets, () -> context.dispatch(taken));
        }
        connection.flush();
    }

    /** The head with its framing, once; null where it was taken. */
    private @Nullable ByteBuf takeHead() {
        var octets = head;
        head = null;
        if (octets == null) {
            return null;
        }
        connection.asked();
        if (isChunked) {
            octets.writeBytes(CHUNKED);
        } else if (length >= 0) {
            octets.writeBytes(LENGTH);
            octets.writeCharSequence(Long.toString(length), StandardCharsets.US_ASCII);
            octets.writeBytes(LINE_END);
        }
        if (expectsContinue) {
            octets.writeBytes(CONTINUE);
        }
        return octets.writeBytes(LINE_END);
    }

    /** Whether what comes can be of its answer: not before it was sent, and not behind one that is whole (RFC 9112 §9.3). */
    boolean isAnswerDue() {
        return head == null && (answer == null || !answer.isWhole());
    }

    /** A part of an answer has come. */
    void came(HttpObject part) {
        var before = context.beginDispatch();
        try {
            take(part);
        } catch (Throwable e) { // whatever it is: the connection has others to serve
            context.reportException(e);
        } finally {
            context.endDispatch(before);
        }
    }

    private void take(HttpObject part) {
        if (part instanceof HttpResponse begun) {
            var status = begun.status().code();
            interim = status >= CONTINUE_STATUS && status < FIRST_FINAL && status != SWITCHING_PROTOCOLS;
            if (interim) {
                between(status, begun);
            } else {
                answer = new Http1Answer(this, begun);
                if (listener != null) {
                    listener.responded(answer);
                }
            }
        }
        if (!(part instanceof HttpContent content)) {
            return;
        }
        if (interim || answer == null) {
            content.release();
            interim &= !(part instanceof LastHttpContent);
        } else {
            answer.take(content);
        }
    }

    private void between(int status, HttpResponse begun) {
        var who = listener;
        if (who == null) {
            return;
        }
        if (status == CONTINUE_STATUS) {
            who.proceed();
        } else if (status == EARLY_HINTS) {
            who.hinted((MultiMap) begun.headers());
        }
    }

    /** Lets the connection go once both are whole. */
    void checkOver() {
        if (sent && answer != null && answer.isWhole()) {
            connection.over(this, answer.keepNanos());
        }
    }

    /** The connection broke off. */
    void broken(Throwable cause) {
        var before = context.beginDispatch();
        try {
            forgetHead();
            if (answer != null) {
                answer.broken(cause);
            } else if (listener != null) {
                listener.failed(cause);
            }
        } catch (Throwable e) { // the same
            context.reportException(e);
        } finally {
            context.endDispatch(before);
        }
    }

    @Override
    public void abandon() {
        listener = null;
        forgetHead();
        if (answer != null) {
            answer.forget();
        }
        connection.abandon(this);
    }

    private void forgetHead() {
        if (head != null) {
            head.release();
            head = null;
        }
    }

    /** Reads nothing more, or again what comes. */
    void reading(boolean on) {
        connection.reading(this, on);
    }

    @Override
    public boolean isOnKept() {
        return connection.isKept();
    }

    @Override
    public boolean isUnprocessed(Throwable cause) {
        return false; // nothing can say so
    }

    @Override
    public void doubt(Duration silence) {
        // the connection is gone
    }
}
