package gatehouse.demo;

import com.google.protobuf.Descriptors.FileDescriptor;
import io.vertx.grpc.common.GrpcMessageDecoder;
import io.vertx.grpc.common.GrpcMessageEncoder;
import io.vertx.grpc.common.GrpcStatus;
import io.vertx.grpc.common.ServiceMethod;
import io.vertx.grpc.common.ServiceName;
import io.vertx.grpc.reflection.v1.ErrorResponse;
import io.vertx.grpc.reflection.v1.FileDescriptorResponse;
import io.vertx.grpc.reflection.v1.ListServiceResponse;
import io.vertx.grpc.reflection.v1.ServerReflectionProto;
import io.vertx.grpc.reflection.v1.ServerReflectionRequest;
import io.vertx.grpc.reflection.v1.ServerReflectionResponse;
import io.vertx.grpc.reflection.v1.ServiceResponse;
import io.vertx.grpc.server.Service;
import java.util.List;
import java.util.function.Predicate;

/**
 * {@code grpc.reflection.v1.ServerReflection} for files that import none. A call may ask as often as it likes, which Vert.x's own
 * takes for a fault.
 */
final class DemoReflection {
    private static final ServiceName NAME = ServiceName.create("grpc.reflection.v1.ServerReflection");

    private final List<FileDescriptor> files;

    private DemoReflection(FileDescriptor file) {
        files = List.of(file, ServerReflectionProto.getDescriptor());
    }

    /** The service that tells of a file, and of itself. */
    static Service of(FileDescriptor file) {
        var reflection = new DemoReflection(file);
        GrpcMessageDecoder<ServerReflectionRequest> decoder =
                GrpcMessageDecoder.decoder(ServerReflectionRequest.getDefaultInstance());
        GrpcMessageEncoder<ServerReflectionResponse> encoder = GrpcMessageEncoder.encoder();
        return Service.service(NAME, ServerReflectionProto.getDescriptor().findServiceByName("ServerReflection"))
                .bind(ServiceMethod.server(NAME, "ServerReflectionInfo", encoder, decoder), request -> {
                    request.handler(question -> request.response().write(reflection.answer(question)));
                    request.endHandler(end -> request.response().end());
                })
                .build();
    }

    private ServerReflectionResponse answer(ServerReflectionRequest question) {
        var answer = ServerReflectionResponse.newBuilder()
                .setValidHost(question.getHost())
                .setOriginalRequest(question);
        switch (question.getMessageRequestCase()) {
            case LIST_SERVICES -> answer.setListServicesResponse(services());
            case FILE_CONTAINING_SYMBOL -> putFile(answer, file -> has(file, question.getFileContainingSymbol()));
            case FILE_BY_FILENAME -> putFile(answer, file -> file.getName().equals(question.getFileByFilename()));
            default -> putFile(answer, file -> false);
        }
        return answer.build();
    }

    private ListServiceResponse services() {
        var services = ListServiceResponse.newBuilder();
        files.forEach(file -> file.getServices()
                .forEach(service ->
                        services.addService(ServiceResponse.newBuilder().setName(service.getFullName()))));
        return services.build();
    }

    private static boolean has(FileDescriptor file, String symbol) {
        var begin = file.getPackage() + ".";
        if (!symbol.startsWith(begin)) {
            return false;
        }
        var name = symbol.substring(begin.length()).split("\\.", 2)[0];
        return file.findServiceByName(name) != null || file.findMessageTypeByName(name) != null;
    }

    private void putFile(ServerReflectionResponse.Builder answer, Predicate<FileDescriptor> wanted) {
        var found = files.stream().filter(wanted).findFirst();
        if (found.isEmpty()) {
            answer.setErrorResponse(ErrorResponse.newBuilder()
                    .setErrorCode(GrpcStatus.NOT_FOUND.code)
                    .setErrorMessage("The demo has no such thing."));
            return;
        }
        answer.setFileDescriptorResponse(FileDescriptorResponse.newBuilder()
                .addFileDescriptorProto(found.get().toProto().toByteString()));
    }
}
