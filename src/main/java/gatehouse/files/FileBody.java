package gatehouse.files;

import gatehouse.exchange.Exchange;
import gatehouse.exchange.Reply;
import io.vertx.core.Future;
import io.vertx.core.http.HttpServerResponse;
import java.nio.file.Path;

/**
 * Part of a file as a body; the kernel sends it where it can.
 *
 * @param path where the file is
 * @param offset the first byte
 * @param length number of bytes
 */
record FileBody(Path path, long offset, long length) implements Reply.Body {
    @Override
    public Future<Void> sendTo(Exchange exchange, HttpServerResponse response) {
        return exchange.isHead() || length == 0 ? response.end() : response.sendFile(path.toString(), offset, length);
    }
}
