package gatehouse.ws;

import io.netty.buffer.ByteBuf;

/** What is known of the frames that go in one direction. Confined to its event loop. */
interface Course {
    /** Where bytes go that may pass. */
    interface Sink {
        /** Passes bytes on; takes over the reference. */
        void pass(ByteBuf bytes);

        /** A ping has come, which passes like any other frame. */
        default void pinged(byte[] payload) {}
    }

    /**
     * More bytes have come.
     *
     * @param bytes released by this
     * @param untilBoundary whether nothing passes beyond the end of the frame that is under way
     * @return 0, or the code to close with
     */
    int read(ByteBuf bytes, Sink sink, boolean untilBoundary);

    /** Whether what has passed ends with a whole frame, so that another can be put behind it. */
    boolean isAtBoundary();

    /** The code of the frame that has closed; 0 before that, 1005 for one without. */
    int closeCode();

    /** Messages that have begun. */
    long messages();
}
