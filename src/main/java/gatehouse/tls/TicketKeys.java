package gatehouse.tls;

import io.netty.handler.ssl.OpenSslServerSessionContext;
import io.netty.handler.ssl.OpenSslSessionTicketKey;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * The keys of the tickets by which clients resume sessions with BoringSSL (RFC 5077, RFC 8446 §4.6.1). Nobody else has them, and
 * each is forgotten two times {@link #AGE} after it was made, so that a ticket opens nothing later. Safe for use by several threads.
 */
final class TicketKeys {
    /** After this a key makes no tickets any more; for as long again it is known. */
    private static final Duration AGE = Duration.ofHours(1);

    private static final SecureRandom RANDOM = new SecureRandom();

    private final OpenSslServerSessionContext sessions;
    private final LongSupplier nanos;
    private final AtomicLong renewed;
    private OpenSslSessionTicketKey newest = random();

    TicketKeys(OpenSslServerSessionContext sessions, LongSupplier nanos) {
        this.sessions = sessions;
        this.nanos = nanos;
        this.renewed = new AtomicLong(nanos.getAsLong());
        sessions.setTicketKeys(newest);
    }

    /** Makes a new key where the last one is an hour old. */
    void renewWhenOld() {
        var last = renewed.get();
        var now = nanos.getAsLong();
        if (now - last >= AGE.toNanos() && renewed.compareAndSet(last, now)) {
            renew();
        }
    }

    private synchronized void renew() {
        var former = newest;
        newest = random();
        sessions.setTicketKeys(newest, former);
    }

    private static OpenSslSessionTicketKey random() {
        return new OpenSslSessionTicketKey(
                bytes(OpenSslSessionTicketKey.NAME_SIZE),
                bytes(OpenSslSessionTicketKey.HMAC_KEY_SIZE),
                bytes(OpenSslSessionTicketKey.AES_KEY_SIZE));
    }

    private static byte[] bytes(int length) {
        var bytes = new byte[length];
        RANDOM.nextBytes(bytes);
        return bytes;
    }
}
