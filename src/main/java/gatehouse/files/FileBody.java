package gatehouse.files;

import gatehouse.exchange.Exchange;
import gatehouse.exchange.Reply;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.file.OpenOptions;
import io.vertx.core.http.HttpVersion;
import java.nio.file.Path;

/**
 * Part of a file as a body; the kernel sends it where it can.
 *
 * @param vertx reads it where the kernel can't
 * @param path where the file is
 * @param offset the first byte
 * @param length number of bytes
 */
record FileBody(Vertx vertx, Path path, long offset, long length) implements Reply.Body {
    @Override
    public Future<Void> sendTo(Exchange exchange) {
        var response = exchange.response();
        if (exchange.isHead() || length == 0) {
            return response.end();
        }
        return exchange.request().version() == HttpVersion.HTTP_2
                ? read(exchange)
                : response.sendFile(path.toString(), offset, length);
    }

    private Future<Void> read(Exchange exchange) {
        return vertx.fileSystem()
                .open(path.toString(), new OpenOptions().setWrite(false).setCreate(false))
                .compose(file -> file.setReadPos(offset)
                        .setReadLength(length)
                        .pipeTo(exchange.outflow())
                        .eventually(file::close));
    }
}
