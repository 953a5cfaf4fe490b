package gatehouse.plugin;

import io.vertx.core.Future;

/** What a policy does with a call. One instance serves all event loops at once: what belongs to one call lives in local variables. */
@FunctionalInterface
public interface Step {
    /**
     * Runs on the event loop of the call and must not block. WebSocket handshakes and calls of gRPC pass as requests do.
     *
     * @param next the rest of the way; asked once, or not at all where the call is answered or refused here
     * @return the answer to send, from {@code next} or from {@link Call#answer}; a refusal from {@link Call#refuse}; any other
     *     failure becomes a 500, and the log has it. It may be completed on any thread
     */
    Future<Answer> apply(Call call, Next next);

    /** The rest of the way: other policies, and in the end the service. */
    @FunctionalInterface
    interface Next {
        /** Goes on; completes with the head of the answer, whose body may still be on its way. */
        Future<Answer> proceed();
    }
}
