package gatehouse.files;

import gatehouse.config.PathPattern;
import gatehouse.exchange.Exchange;
import gatehouse.exchange.Reply;
import gatehouse.problem.Problem;
import gatehouse.problem.ProblemException;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.MimeMapping;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A folder of files behind a route: {@code GET} and {@code HEAD}, conditional requests, one range, index files. Hidden files,
 * and files that a link leads to outside of the folder, are as if they were not there. A folder without its slash is
 * redirected to the one with it, so that relative links on its index page work. Thread-safe.
 */
public final class FileSite {
    private final Vertx vertx;
    private final Path folder;
    private final String index;
    private final List<PathPattern> prefixes;

    /**
     * @param folder where the files are
     * @param index file served for a folder
     * @param paths patterns of the route; what a {@code /**} pattern has before its stars is not part of the file's path
     */
    public FileSite(Vertx vertx, Path folder, String index, List<PathPattern> paths) {
        this.vertx = vertx;
        this.folder = folder;
        this.index = index;
        this.prefixes = paths.stream().filter(PathPattern::prefix).toList();
    }

    /** Answers an exchange with a file; fails with a {@link ProblemException} where there is none. */
    public Future<Reply> exchange(Exchange exchange) {
        if (!exchange.httpMethod().equals(HttpMethod.GET) && !exchange.isHead()) {
            return Future.failedFuture(Problem.methodNotAllowed("GET, HEAD").asFailure());
        }
        return vertx.executeBlocking(() -> find(exchange.path()), false).map(file -> reply(exchange, file));
    }

    /**
     * What a path leads to; null where it is a folder and lacks its slash.
     *
     * @throws ProblemException 404
     */
    private @Nullable SiteFile find(String path) throws IOException {
        var below = path.substring(prefixLength(path));
        var decoded = URLDecoder.decode(below.replace("+", "%2B"), StandardCharsets.UTF_8);
        if (decoded.contains("/.")) {
            throw notFound();
        }
        try {
            var root = folder.toRealPath(); // each time: a deployment may point a link to another folder
            var named = within(root, root.resolve(decoded.isEmpty() ? "" : decoded.substring(1)));
            var isFolder = Files.isDirectory(named);
            if (isFolder && !below.endsWith("/")) {
                return null;
            }
            var file = isFolder ? within(root, named.resolve(index)) : named;
            var attributes = Files.readAttributes(file, BasicFileAttributes.class);
            var isFileWithSlash = !isFolder && below.endsWith("/");
            if (!attributes.isRegularFile() || isFileWithSlash || !Files.isReadable(file)) {
                throw notFound();
            }
            return new SiteFile(
                    file, attributes.size(), attributes.lastModifiedTime().toMillis());
        } catch (FileSystemException e) { // no such file, no folder on the way to it, a link to itself, no permission
            throw notFound();
        }
    }

    private static Path within(Path root, Path path) throws IOException {
        var real = path.toRealPath();
        if (!real.startsWith(root)) {
            throw notFound();
        }
        return real;
    }

    private static ProblemException notFound() {
        return Problem.notFound("There is no such file.").asFailure();
    }

    /** Characters of the path that the route's longest matching prefix takes. */
    private int prefixLength(String path) {
        var longest = 0;
        for (var prefix : prefixes) {
            longest = Math.max(longest, length(prefix, path));
        }
        return longest;
    }

    private static int length(PathPattern prefix, String path) {
        var position = 0;
        for (var segment : prefix.segments()) {
            if (position >= path.length()) {
                return 0;
            }
            var next = path.indexOf('/', position + 1);
            var end = next < 0 ? path.length() : next;
            if (!PathPattern.isCapture(segment)
                    && !path.substring(position + 1, end).equals(segment)) {
                return 0;
            }
            position = end;
        }
        return position;
    }

    private Reply reply(Exchange exchange, @Nullable SiteFile file) {
        var headers = HttpHeaders.headers();
        if (file == null) {
            var query = exchange.query();
            headers.add(HttpHeaders.LOCATION, exchange.path() + "/" + (query == null ? "" : "?" + query));
            return Reply.of(301, headers, Buffer.buffer());
        }
        headers.add(HttpHeaders.ETAG, file.etag());
        headers.add(HttpHeaders.LAST_MODIFIED, file.lastModified());
        if (Conditions.isFresh(exchange, file)) {
            return Reply.of(304, headers, Buffer.buffer());
        }
        headers.add(HttpHeaders.ACCEPT_RANGES, "bytes");
        headers.add(HttpHeaders.CONTENT_TYPE, contentType(file.path()));
        var range = exchange.isHead() ? null : Conditions.range(exchange, file);
        if (range == null) {
            return whole(exchange, file, headers);
        }
        if (range.isEmpty()) {
            throw Problem.rangeNotSatisfiable(file.size()).asFailure();
        }
        headers.add(HttpHeaders.CONTENT_RANGE, range.contentRange(file.size()));
        return new Reply(206, null, headers, new FileBody(vertx, file.path(), range.first(), range.length()));
    }

    private Reply whole(Exchange exchange, SiteFile file, MultiMap headers) {
        if (exchange.isHead()) {
            headers.add(HttpHeaders.CONTENT_LENGTH, Long.toString(file.size()));
        }
        return new Reply(200, null, headers, new FileBody(vertx, file.path(), 0, file.size()));
    }

    private static String contentType(Path file) {
        var type = MimeMapping.mimeTypeForFilename(file.getFileName().toString());
        if (type == null) {
            return "application/octet-stream";
        }
        return type.startsWith("text/") ? type + "; charset=utf-8" : type;
    }
}
