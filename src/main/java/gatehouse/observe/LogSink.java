package gatehouse.observe;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Where the bytes of the access log go. Used by the writer thread alone, except that anyone may close it. */
interface LogSink extends Closeable {
    /** Writes until nothing is left or it fails; what was taken before a failure is gone from the buffer. */
    void write(ByteBuffer bytes) throws IOException;
}
