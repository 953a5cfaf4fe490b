package gatehouse.forward;

import gatehouse.exchange.BrokenBody;
import gatehouse.exchange.Exchange;
import gatehouse.problem.Problem;
import gatehouse.problem.ProblemException;
import gatehouse.upstream.TargetRequest;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpVersion;
import org.jspecify.annotations.Nullable;

/**
 * Streams a request's body to the target, no faster than it takes it, and counts it against the exchange's limit.
 * Confined to its event loop.
 */
final class Upload extends Flow {
    /** Longest body of which a copy is kept for another attempt. */
    static final int MAX_REPLAY_BYTES = 64 * 1024;

    /** Chunks below this are gathered for as long as the client's bytes are at hand: each by itself would cost a system call. */
    private static final int SMALL = 512;

    private static final int GATHERED = 16 * 1024;

    /** So much may wait for the target; Vert.x counts writes, and would hold sixteen of any size. */
    private static final int FULL = 64 * 1024;

    private static final int LOW = FULL / 2;

    private final Delivery delivery;
    private final Exchange exchange;
    private final TargetRequest upstream;
    private final Attempt attempt;
    private final @Nullable Buffer copy;
    private final long announced;
    private @Nullable Buffer lastChunk;
    private @Nullable Buffer gathered;
    private int unsent;
    private boolean held;
    private boolean hasSent;

    Upload(Delivery delivery, TargetRequest upstream, Attempt attempt) {
        this.delivery = delivery;
        this.exchange = delivery.exchange();
        this.upstream = upstream;
        this.attempt = attempt;
        this.announced = exchange.request().version() == HttpVersion.HTTP_2 && !exchange.isBodyReshaped()
                ? exchange.contentLength()
                : -1;
        this.copy = delivery.takeBody() ? Buffer.buffer((int) exchange.contentLength()) : null;
    }

    void start() {
        var beginning = delivery.beginning();
        attempt.flowing(this);
        if (exchange.expectsContinue()) {
            hold(attempt.now()); // until the first byte: the client waits for the target's word
        }
        var request = exchange.request();
        request.handler(exchange.isBodyReshaped() ? this::arrived : this::chunk);
        request.endHandler(end -> end());
        request.exceptionHandler(this::broken);
        if (beginning == null && exchange.carriedCall() != null) {
            delivery.forwarder().vertx().runOnContext(read -> beginDialogue());
        }
        if (delivery.readsOn()) {
            sendAgain();
            return;
        }
        if (beginning != null) {
            carryOn(beginning);
            var bytes = beginning.gathered();
            if (bytes != null) {
                chunk(bytes);
            }
            if (beginning.passOn()) {
                goOn();
                return;
            }
        }
        request.resume();
    }

    /** No message has come together with the head. */
    private void beginDialogue() {
        if (flows() && !hasSent) {
            hasSent = true;
            upstream.sendHead();
        }
    }

    /** What a target before this one has got, and did nothing for. */
    private void sendAgain() {
        var soFar = delivery.soFar();
        if (soFar != null) {
            var bytes = soFar.bytes();
            if (bytes.length() > 0) {
                moved(bytes.length());
                send(bytes);
            }
        }
        if (!held) {
            goOn();
        }
    }

    /** Whether the target does not read what it was sent. */
    boolean isHeldUp() {
        return flows() && held;
    }

    /** Sends nothing more; what still comes from the client is dropped. */
    void stop() {
        if (flows()) {
            cease();
            if (!exchange.request().isEnded()
                    && !delivery.holdBack()) { // a stream that was reset is, and can't be resumed
                goOn();
            }
        }
    }

    private void arrived(Buffer chunk) {
        var fit = fit(chunk, false);
        if (fit != null) {
            chunk(fit);
        }
    }

    /** What is sent on of it; null when the request was refused, or was over before. */
    private @Nullable Buffer fit(Buffer chunk, boolean isLast) {
        if (!flows()) {
            return null;
        }
        try {
            return exchange.arrived(chunk, isLast);
        } catch (ProblemException e) {
            attempt.refuse(e);
            return null;
        }
    }

    private void chunk(Buffer chunk) {
        if (!flows()) {
            return;
        }
        if (bytes() == 0) {
            go(attempt.now());
        }
        moved(chunk.length());
        if (bytes() > exchange.bodyLimit()) {
            attempt.refuse(Problem.bodyTooLarge(exchange.bodyLimit()));
            return;
        }
        keep(chunk);
        attempt.active();
        if (bytes() == announced) {
            // a stream may have more than it announced, or never end; what is complete here would be so for the target
            lastChunk = lastChunk == null ? chunk : lastChunk.appendBuffer(chunk);
            return;
        }
        if (chunk.length() < SMALL) {
            gather(chunk);
        } else {
            sendGathered();
            send(chunk);
        }
    }

    private void keep(Buffer chunk) {
        var soFar = delivery.soFar();
        if (soFar != null) {
            soFar.add(chunk);
        } else if (copy != null) {
            copy.appendBuffer(chunk);
        }
    }

    private void keepWhole() {
        var soFar = delivery.soFar();
        if (soFar == null && copy != null) {
            delivery.keepBody(copy);
        } else if (soFar != null && !soFar.isLost()) {
            delivery.keepBody(soFar.whole());
        }
    }

    private void gather(Buffer chunk) {
        if (gathered == null) {
            gathered = Buffer.buffer(SMALL);
            delivery.forwarder().vertx().runOnContext(read -> sendGathered());
        }
        gathered.appendBuffer(chunk);
        if (gathered.length() >= GATHERED) {
            sendGathered();
        }
    }

    private void sendGathered() {
        var chunks = gathered;
        gathered = null;
        if (chunks != null && flows()) {
            send(chunks);
        }
    }

    private void send(Buffer chunk) {
        var length = chunk.length();
        hasSent = true;
        unsent += length;
        upstream.write(chunk, () -> {
            unsent -= length;
            if (held && unsent <= LOW && flows()) {
                go(attempt.now());
                goOn();
            }
        });
        if (unsent >= FULL && !held) {
            held = true;
            exchange.request().pause();
            Reading.stop(exchange.request().version(), exchange.request().connection());
            hold(attempt.now());
        }
    }

    private void goOn() {
        var request = exchange.request();
        held = false;
        request.resume();
        // behind what is at hand, which is delivered later and may fill the queue again
        delivery.forwarder().vertx().runOnContext(delivered -> {
            if (!held) {
                Reading.resume(request.version(), request.connection());
            }
        });
    }

    private void end() {
        if (!flows()) {
            return;
        }
        if (exchange.isBodyReshaped()) {
            var fit = fit(Buffer.buffer(), true);
            if (fit == null) {
                return;
            }
            lastChunk = fit.length() == 0 ? null : fit;
            if (lastChunk != null) {
                keep(lastChunk);
            }
        }
        cease();
        keepWhole();
        attempt.active();
        var rest = gathered;
        gathered = null;
        if (rest != null && lastChunk != null) {
            rest.appendBuffer(lastChunk);
        } else if (rest == null) {
            rest = lastChunk;
        }
        upstream.end(rest);
        attempt.sent();
    }

    private void broken(Throwable cause) {
        if (flows() && !Failures.isClientGone(cause, exchange)) { // that is noticed at its answer
            attempt.refuse(BrokenBody.problem(cause));
        }
    }
}
