package gatehouse.policy.edit;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import gatehouse.exchange.Reshaping;
import gatehouse.problem.Problem;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Makes JSON the argument of a call. It is gathered whole before anything of it is sent, so that what turns out to be no JSON, or
 * too long, is still answered 502.
 */
final class Padding implements Reshaping {
    private static final int MOST_DEPTH = 64;
    private static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(
                    StreamReadConstraints.builder().maxNestingDepth(MOST_DEPTH).build())
            .build();

    private final String function;
    private final long most;
    private final Buffer gathered = Buffer.buffer();

    /**
     * @param function what is called
     * @param most most bytes of the argument
     */
    Padding(String function, long most) {
        this.function = function;
        this.most = most;
    }

    /** 502 for what can't be wrapped. */
    static Problem unfit() {
        return Problem.badGateway(
                "upstream-not-json", "The service's answer can't be wrapped: it is no JSON, or too long.");
    }

    @Override
    public Buffer reshape(Buffer chunk, boolean isLast) {
        if (gathered.length() + (long) chunk.length() > most) {
            throw unfit().asFailure();
        }
        gathered.appendBuffer(chunk);
        if (!isLast) {
            return Buffer.buffer();
        }
        try {
            var text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(gathered.getBytes()))
                    .toString();
            check(text);
            return Buffer.buffer(padded(text));
        } catch (IOException e) {
            throw unfit().asFailure(e);
        }
    }

    /** One value and nothing behind it (RFC 8259). */
    private static void check(String text) throws IOException {
        try (var parser = JSON.createParser(text)) {
            if (parser.nextToken() == null) {
                throw new IOException("nothing");
            }
            parser.skipChildren();
            if (parser.nextToken() != null) {
                throw new IOException("more than one value");
            }
        }
    }

    /** What could end a script, or a line of one, stands in strings only, where an escape means the same. */
    private String padded(String json) {
        var out = new StringBuilder(json.length() + function.length() + 16);
        out.append("/**/").append(function).append('(');
        for (var i = 0; i < json.length(); i++) {
            var c = json.charAt(i);
            switch (c) {
                case '<' -> out.append("\\u003c");
                case '>' -> out.append("\\u003e");
                case '\u2028' -> out.append("\\u2028");
                case '\u2029' -> out.append("\\u2029");
                default -> out.append(c);
            }
        }
        return out.append(");").toString();
    }
}
