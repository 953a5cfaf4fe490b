package gatehouse.http;

import gatehouse.testing.RawExchange;
import gatehouse.testing.RawOrigin.Script;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/** Lets requests wait at the service until it is opened; then each gets a number. */
final class Gate implements Script {
    private final CompletableFuture<Void> opened = new CompletableFuture<>();
    private final AtomicInteger waiting = new AtomicInteger();
    private final CacheScene scene;
    private final String[] fields;
    volatile boolean breaking;

    Gate(CacheScene scene, String... fields) {
        this.scene = scene;
        this.fields = fields;
    }

    @Override
    public void answer(RawExchange exchange) throws IOException {
        waiting.incrementAndGet();
        opened.join();
        if (breaking) {
            exchange.reset();
        } else {
            exchange.reply("200 OK", scene.number(), fields);
        }
    }

    int waiting() {
        return waiting.get();
    }

    void open() {
        opened.complete(null);
    }
}
