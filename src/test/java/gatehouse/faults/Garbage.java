package gatehouse.faults;

import java.io.IOException;
import java.util.List;

/** Answers that are no HTTP, or that can be read in two ways. */
final class Garbage {
    /** Every kind there is. */
    static final List<String> KINDS =
            List.of("noise", "version", "big-header", "length-and-chunked", "two-lengths", "nul", "tls");

    private Garbage() {}

    static void answer(Call call) throws IOException {
        call.body();
        call.send(of(call.parameter("kind", "noise")));
        call.pause(1000);
        call.close();
    }

    private static String of(String kind) {
        return switch (kind) {
            case "version" -> "HTTP/9.9 200 OK\r\nContent-Length: 2\r\n\r\nok";
            case "big-header" -> "HTTP/1.1 200 OK\r\nX: " + "y".repeat(40 * 1024) + "\r\nContent-Length: 2\r\n\r\nok";
            case "length-and-chunked" ->
                "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n" + "2\r\nok\r\n0\r\n\r\n";
            case "two-lengths" -> "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok!";
            case "nul" -> "HTTP/1.1 200 OK\r\nX: a\0b\r\nContent-Length: 2\r\n\r\nok";
            case "tls" -> "\u0015\u0003\u0001\0\u0002\u0002\u0028";
            case "interims" ->
                "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n".repeat(2000)
                        + "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
            default -> "\1\2 this is not HTTP\r\n\r\n";
        };
    }
}
