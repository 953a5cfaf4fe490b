package gatehouse.policy.auth;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/** Questions that are being asked, each once however many want to know. Thread-safe. */
final class UnderWay {
    private final Map<Digest, Future<Verdict>> questions = new ConcurrentHashMap<>();

    int size() {
        return questions.size();
    }

    /** The answer to a question, asked by whoever comes first; completes on any thread. */
    Future<Verdict> answer(Digest question, Supplier<Future<Verdict>> ask) {
        Promise<Verdict> promise = Promise.promise();
        var running = questions.putIfAbsent(question, promise.future());
        if (running != null) {
            return running;
        }
        Future<Verdict> asked;
        try {
            asked = ask.get();
        } catch (RuntimeException e) {
            asked = Future.failedFuture(e);
        }
        asked.onComplete(end -> {
            questions.remove(question);
            promise.handle(end);
        });
        return promise.future();
    }
}
