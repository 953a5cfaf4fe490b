package gatehouse.cache;

import gatehouse.exchange.Reply;
import org.jspecify.annotations.Nullable;

/** What came of a fetch, as soon as it is known for whom it is. */
sealed interface Landing {
    /** The service was asked, and did not answer. */
    int NONE_CAME = -1;

    /**
     * A stored response answers.
     *
     * @param stored the response
     * @param status status of the answer to the fetch; 0 where none was needed, {@link #NONE_CAME} where there is none
     * @param isConfirmed whether its service has said that it is still good; else it stands in for one that fails
     */
    record Found(Stored stored, int status, boolean isConfirmed) implements Landing {}

    /**
     * A response is on its way that will be stored.
     *
     * @param head what it begins with, as it is stored
     * @param selection request fields that it was chosen by
     * @param fill its body
     * @param original the answer as it came, for who asked for it
     */
    record Coming(Stored.Head head, Selection selection, Fill fill, Reply original) implements Landing {}

    /**
     * A response that is for nobody but who asked for it.
     *
     * @param reply the answer as it came; null where nobody is there to take it
     * @param status its status
     * @param isOfRequest whether that may be due to how it was asked for: another one of those who wait may get one for all of them
     */
    record Private(@Nullable Reply reply, int status, boolean isOfRequest) implements Landing {}

    /**
     * Who waits is to ask on its own behalf.
     *
     * @param selection as its own request says it; null for alone
     */
    record Again(@Nullable Selection selection) implements Landing {}

    /**
     * There is no response.
     *
     * @param cause why
     */
    record Failed(Throwable cause) implements Landing {}
}
