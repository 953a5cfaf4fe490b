package gatehouse.problem;

import com.fasterxml.jackson.core.JsonFactory;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;

/** A problem as its client reads it: an object in JSON (RFC 9457 §3). */
final class Document {
    private static final JsonFactory JSON = new JsonFactory();

    private Document() {}

    static String of(Problem problem, String instance) {
        var out = new StringWriter(256);
        try (var json = JSON.createGenerator(out)) {
            json.writeStartObject();
            json.writeStringField("type", problem.type());
            json.writeStringField("title", problem.title());
            json.writeNumberField("status", problem.status());
            json.writeStringField("detail", problem.detail());
            json.writeStringField("instance", instance);
            if (problem.details() != null) {
                json.writeFieldName("details");
                json.writeRawValue(problem.details());
            }
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toString();
    }
}
