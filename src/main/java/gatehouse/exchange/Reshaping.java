package gatehouse.exchange;

import io.vertx.core.buffer.Buffer;

/** Makes other bytes of the body of an answer while they pass. Confined to the exchange's event loop. */
@FunctionalInterface
public interface Reshaping {
    /**
     * The next bytes.
     *
     * @param chunk what has come; may be empty with the end
     * @param isLast whether nothing comes behind it; the call that says so is the last one
     * @return what goes on now; may be empty
     * @throws gatehouse.problem.ProblemException where it is unfit; the answer is given up, and the problem is what the client
     *     gets where nothing was sent before
     */
    Buffer reshape(Buffer chunk, boolean isLast);
}
