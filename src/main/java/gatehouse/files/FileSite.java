package gatehouse.files;

import gatehouse.config.PathPattern;
import gatehouse.exchange.Exchange;
import gatehouse.exchange.Reply;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.handler.FileSystemAccess;
import io.vertx.ext.web.handler.StaticHandler;
import java.nio.file.Path;
import java.util.List;

/**
 * A folder of files behind a route, served by vertx-web's static handler: ranges, {@code ETag} and {@code Last-Modified},
 * index files; hidden files never. Thread-safe.
 */
public final class FileSite {
    private final Router router;

    /**
     * @param folder where the files are
     * @param index file served for a folder
     * @param paths patterns of the route; what a {@code /**} pattern has before its stars is not part of the file's path
     */
    public FileSite(Vertx vertx, Path folder, String index, List<PathPattern> paths) {
        router = Router.router(vertx);
        var handler = StaticHandler.create(
                        FileSystemAccess.ROOT,
                        folder.toAbsolutePath().normalize().toString())
                .setIncludeHidden(false)
                .setDirectoryListing(false)
                .setIndexPage(index)
                .setCachingEnabled(false)
                .setDefaultContentEncoding("UTF-8");
        for (var path : paths) {
            if (path.prefix() && path.segments().stream().noneMatch(PathPattern::isCapture)) {
                router.route("/" + String.join("/", path.segments())
                                + (path.segments().isEmpty() ? "*" : "/*"))
                        .handler(handler);
            }
        }
        router.route().handler(handler);
    }

    /** Answers an exchange with a file; the static handler writes the head itself. */
    public Future<Reply> exchange(Exchange exchange) {
        return Future.succeededFuture(new Reply(200, null, HttpHeaders.headers(), new Reply.Body() {
            @Override
            public Future<Void> sendTo(Exchange sent, HttpServerResponse response) {
                Promise<Void> done = Promise.promise();
                response.endHandler(end -> done.tryComplete());
                response.closeHandler(closed -> done.tryFail("closed"));
                router.handle(sent.request());
                return done.future();
            }

            @Override
            public long length() {
                return -1;
            }

            @Override
            public boolean writesHead() {
                return true;
            }
        }));
    }
}
