package gatehouse.files;

import gatehouse.exchange.Exchange;
import gatehouse.exchange.Outflow;
import gatehouse.exchange.Reply;
import gatehouse.problem.Problem;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.file.OpenOptions;
import io.vertx.core.http.HttpVersion;
import java.io.IOException;
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
        if (exchange.isHead() || length == 0) {
            return exchange.outflow().end();
        }
        return exchange.isDetached() || exchange.isReshaped() || exchange.version() == HttpVersion.HTTP_2
                ? read(exchange.outflow())
                : exchange.response().sendFile(path.toString(), offset, length);
    }

    private Future<Void> read(Outflow sink) {
        return vertx.fileSystem()
                .open(path.toString(), new OpenOptions().setWrite(false).setCreate(false))
                .compose(file -> file.setReadPos(offset)
                        .setReadLength(length)
                        .pipe()
                        .endOnComplete(false)
                        .to(sink)
                        .compose(read -> file.getReadLength() == 0 ? sink.end() : tooShort())
                        .eventually(() -> {
                            file.exceptionHandler(
                                    lost -> {}); // of a read that the close breaks off, for a client that left
                            return file.close();
                        }));
    }

    /** It was cut while it was sent: nobody may take what there was for all of it. */
    private Future<Void> tooShort() {
        return Future.failedFuture(
                Problem.internal().asFailure(new IOException(path + " is shorter than it was a moment ago")));
    }
}
