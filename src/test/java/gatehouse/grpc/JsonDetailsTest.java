package gatehouse.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import com.google.protobuf.Message;
import com.google.rpc.BadRequest;
import com.google.rpc.DebugInfo;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import com.google.rpc.Status;
import gatehouse.testing.RawClient;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a service says of an error besides status and message, for callers of JSON. */
class JsonDetailsTest extends JsonCase {
    private static final String FIELD = "grpc-status-details-bin";

    JsonDetailsTest() {
        super("""
                routes: { books: { match: { path: "/**" }, to: { rpc: books, schema: "%2$s" } } }
                """);
    }

    private static byte[] status(Message... details) {
        var status = Status.newBuilder().setCode(3).setMessage("no");
        for (var detail : details) {
            status.addDetails(detail instanceof Any any ? any : Any.pack(detail));
        }
        return status.build().toByteArray();
    }

    private static Any any(String type, int... bytes) {
        var value = new byte[bytes.length];
        for (var i = 0; i < bytes.length; i++) {
            value[i] = (byte) bytes[i];
        }
        return Any.newBuilder()
                .setTypeUrl("type.googleapis.com/" + type)
                .setValue(ByteString.copyFrom(value))
                .build();
    }

    private JsonObject told(byte[] status) throws Exception {
        return told(Base64.getEncoder().withoutPadding().encodeToString(status));
    }

    private JsonObject told(String field) throws Exception {
        script = request -> CallCase.status(request, "3", "grpc-message", "no", FIELD, field);
        var response = RawClient.get(gateway.port(), "/v1/books/1");
        assertThat(response.status()).as(response.text()).isEqualTo(400);
        assertThat(response.header("content-type")).isEqualTo("application/problem+json");
        assertThat(response.header(FIELD)).isNull();
        var problem = new JsonObject(response.text());
        assertThat(problem.getString("type")).endsWith("grpc-invalid-argument");
        assertThat(problem.getString("detail")).isEqualTo("no");
        return problem;
    }

    @Test
    void the_usual_types_are_known_whatever_the_schema_has() throws Exception {
        var violation = BadRequest.FieldViolation.newBuilder().setField("id").setDescription("not a number");
        var problem = told(status(
                BadRequest.newBuilder().addFieldViolations(violation).build(),
                RetryInfo.newBuilder()
                        .setRetryDelay(Duration.newBuilder().setSeconds(2).setNanos(500_000_000))
                        .build(),
                ErrorInfo.newBuilder()
                        .setReason("WRONG")
                        .setDomain("lib.test")
                        .putMetadata("shelf", "s1")
                        .build()));
        assertThat(problem.getJsonArray("details")).isEqualTo(new JsonArray("""
                [ {"@type": "type.googleapis.com/google.rpc.BadRequest",
                   "fieldViolations": [ {"field": "id", "description": "not a number"} ]},
                  {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "2.500s"},
                  {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "WRONG", "domain": "lib.test",
                   "metadata": {"shelf": "s1"}} ]
                """));
    }

    @Test
    void types_of_the_schema_are_known() throws Exception {
        var problem = told(status(any("lib.Author", 0x0a, 1, 'A'), any("google.protobuf.Duration", 8, 3)));
        assertThat(problem.getJsonArray("details")).isEqualTo(new JsonArray("""
                [ {"@type": "type.googleapis.com/lib.Author", "name": "A"},
                  {"@type": "type.googleapis.com/google.protobuf.Duration", "value": "3s"} ]
                """));
    }

    @Test
    void what_nobody_knows_is_told_as_its_bytes_and_spoils_nothing_else() throws Exception {
        var problem = told(status(
                any("acme.Secret", 8, 7),
                any("lib.Author", 0x0a, 99),
                any("google.rpc.LocalizedMessage", 0x12, 1, 'x')));
        assertThat(problem.getJsonArray("details")).isEqualTo(new JsonArray("""
                [ {"@type": "type.googleapis.com/acme.Secret", "value": "CAc="},
                  {"@type": "type.googleapis.com/lib.Author", "value": "CmM="},
                  {"@type": "type.googleapis.com/google.rpc.LocalizedMessage", "message": "x"} ]
                """));
    }

    @Test
    void stack_traces_stay_behind_the_gateway() throws Exception {
        var debug = DebugInfo.newBuilder().addStackEntries("at Secret.main").build();
        assertThat(told(status(debug)).containsKey("details")).isFalse();
        assertThat(told(status(debug, ErrorInfo.newBuilder().setReason("R").build()))
                        .getJsonArray("details"))
                .hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "!", "AAAA", "CAM"})
    void what_is_no_status_or_has_no_details_is_left_out(String field) throws Exception {
        assertThat(told(field).containsKey("details")).isFalse();
    }

    @Test
    void they_may_come_behind_messages() throws Exception {
        var details = Base64.getEncoder()
                .encodeToString(status(ErrorInfo.newBuilder().setReason("LATE").build()));
        script = request -> request.response()
                .putHeader("content-type", "application/grpc")
                .setChunked(true)
                .putTrailer("grpc-status", "3")
                .putTrailer(FIELD, details)
                .end(Buffer.buffer(new byte[] {0, 0, 0, 0, 2, 8, 7}));
        var one = new JsonObject(RawClient.get(gateway.port(), "/v1/books/1").text());
        assertThat(one.getJsonArray("details").getJsonObject(0).getString("reason"))
                .isEqualTo("LATE");
        var lines = RawClient.get(gateway.port(), "/v1/series/1").text().lines().toList();
        var error = new JsonObject(lines.get(1)).getJsonObject("error");
        assertThat(error.getJsonArray("details").getJsonObject(0).getString("reason"))
                .isEqualTo("LATE");
    }
}
