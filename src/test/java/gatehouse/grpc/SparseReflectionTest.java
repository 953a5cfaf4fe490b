package gatehouse.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.ServiceDescriptorProto;
import com.google.protobuf.InvalidProtocolBufferException;
import gatehouse.testing.RawClient;
import gatehouse.testing.TestGateway;
import io.grpc.reflection.v1.ErrorResponse;
import io.grpc.reflection.v1.FileDescriptorResponse;
import io.grpc.reflection.v1.ListServiceResponse;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.reflection.v1.ServiceResponse;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Services that tell of their schema no more than they are asked for, as some implementations of reflection do. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class SparseReflectionTest {
    private final Map<String, FileDescriptorProto> files = new LinkedHashMap<>();
    private boolean withImports;
    private boolean oneAnswerEach;

    @ParameterizedTest(name = "with what is imported: {0}, one answer for each call: {1}")
    @CsvSource({"true, false", "false, false", "true, true", "false, true"})
    void their_schema_is_asked_for_bit_by_bit(boolean imports, boolean oneEach) throws Exception {
        withImports = imports;
        oneAnswerEach = oneEach;
        var first = FileDescriptorProto.newBuilder()
                .setName("first.proto")
                .setPackage("first")
                .addService(ServiceDescriptorProto.newBuilder().setName("First"))
                .build();
        files.put(first.getName(), first);
        Books.descriptors().getFileList().forEach(file -> files.put(file.getName(), file));
        var vertx = Vertx.vertx();
        var origin = TestGateway.await(
                vertx.createHttpServer().requestHandler(this::serve).listen(0, "127.0.0.1"));
        try (var gateway = TestGateway.startWithGrpc("""
                services: { books: { targets: "http://127.0.0.1:%d", protocol: grpc } }
                routes:   { books: { match: { path: "/**" }, to: { rpc: books, schema: reflection } } }
                """, origin.actualPort())) {
            var book = RawClient.get(gateway.port(), "/v1/books/7?printed=2026-01-02T03:04:05Z");
            assertThat(book.status()).as(book.text()).isEqualTo(200);
            assertThat(new JsonObject(book.text()).getString("printed")).isEqualTo("2026-01-02T03:04:05Z");
        } finally {
            TestGateway.await(vertx.close());
        }
    }

    private void serve(HttpServerRequest request) {
        if (!request.path().equals("/grpc.reflection.v1.ServerReflection/ServerReflectionInfo")) {
            CallCase.echo(request);
            return;
        }
        request.body().onSuccess(body -> {
            var answers = Buffer.buffer();
            for (var at = 0; at < body.length() && !(oneAnswerEach && at > 0); at += 5 + body.getInt(at + 1)) {
                var bytes = answer(body.getBytes(at + 5, at + 5 + body.getInt(at + 1)))
                        .build()
                        .toByteArray();
                answers.appendByte((byte) 0).appendInt(bytes.length).appendBytes(bytes);
            }
            request.response()
                    .putHeader("content-type", "application/grpc")
                    .setChunked(true)
                    .putTrailer("grpc-status", "0")
                    .end(answers);
        });
    }

    private ServerReflectionResponse.Builder answer(byte[] question) {
        try {
            var asked = ServerReflectionRequest.parseFrom(question);
            var answer = ServerReflectionResponse.newBuilder();
            return switch (asked.getMessageRequestCase()) {
                case LIST_SERVICES ->
                    answer.setListServicesResponse(ListServiceResponse.newBuilder()
                            .addService(ServiceResponse.newBuilder().setName("first.First"))
                            .addService(ServiceResponse.newBuilder().setName("lib.Books")));
                case FILE_CONTAINING_SYMBOL ->
                    told(answer, asked.getFileContainingSymbol().equals("lib.Books") ? "lib.proto" : "first.proto");
                case FILE_BY_FILENAME -> told(answer, asked.getFileByFilename());
                default -> answer.setErrorResponse(ErrorResponse.newBuilder().setErrorCode(12));
            };
        } catch (InvalidProtocolBufferException e) {
            throw new UncheckedIOException(e);
        }
    }

    private ServerReflectionResponse.Builder told(ServerReflectionResponse.Builder answer, String name) {
        var file = files.get(name);
        var told = FileDescriptorResponse.newBuilder().addFileDescriptorProto(file.toByteString());
        if (withImports) {
            for (var imported : file.getDependencyList()) {
                ByteString bytes = files.get(imported).toByteString();
                told.addFileDescriptorProto(bytes);
            }
        }
        return answer.setFileDescriptorResponse(told);
    }
}
