package gatehouse.grpc;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import gatehouse.exchange.GrpcStatus;
import io.vertx.core.Vertx;
import io.vertx.grpc.health.v1.HealthProto;
import io.vertx.grpc.reflection.v1.ErrorResponse;
import io.vertx.grpc.reflection.v1.FileDescriptorResponse;
import io.vertx.grpc.reflection.v1.ListServiceResponse;
import io.vertx.grpc.reflection.v1.ServerReflectionProto;
import io.vertx.grpc.reflection.v1.ServerReflectionRequest;
import io.vertx.grpc.reflection.v1.ServerReflectionResponse;
import io.vertx.grpc.reflection.v1.ServiceResponse;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One client of {@code ServerReflectionInfo} for the gateway's own services, of {@code grpc.reflection.v1} or the {@code v1alpha}
 * before it, of which the messages are the same. It may ask as often as it wants to. Confined to its event loop.
 */
final class OwnReflection extends OwnCall {
    /** None of them imports another one. */
    private static final List<FileDescriptor> FILES =
            List.of(HealthProto.getDescriptor(), ServerReflectionProto.getDescriptor());

    private static final Map<String, FileDescriptor> BY_SYMBOL = bySymbol();

    OwnReflection(Vertx vertx) {
        super(vertx);
    }

    private static Map<String, FileDescriptor> bySymbol() {
        var files = new HashMap<String, FileDescriptor>();
        for (var file : FILES) {
            for (var service : file.getServices()) {
                files.put(service.getFullName(), file);
                service.getMethods().forEach(method -> files.put(method.getFullName(), file));
            }
            file.getMessageTypes().forEach(type -> put(type, files));
        }
        return Map.copyOf(files);
    }

    private static void put(Descriptor type, Map<String, FileDescriptor> files) {
        files.put(type.getFullName(), type.getFile());
        type.getEnumTypes().forEach(inner -> files.put(inner.getFullName(), inner.getFile()));
        type.getNestedTypes().forEach(inner -> put(inner, files));
    }

    @Override
    void asked(byte[] message) throws InvalidProtocolBufferException {
        var question = ServerReflectionRequest.parseFrom(message);
        var answer = ServerReflectionResponse.newBuilder()
                .setValidHost(question.getHost())
                .setOriginalRequest(question);
        switch (question.getMessageRequestCase()) {
            case LIST_SERVICES -> answer.setListServicesResponse(services());
            case FILE_CONTAINING_SYMBOL -> putFile(answer, BY_SYMBOL.get(question.getFileContainingSymbol()));
            case FILE_BY_FILENAME -> putFile(answer, file(question.getFileByFilename()));
            default -> putFile(answer, null);
        }
        tell(answer.build());
    }

    @Override
    void saidAll() {
        end(GrpcStatus.OK, "");
    }

    private static ListServiceResponse services() {
        var services = ListServiceResponse.newBuilder();
        for (var file : FILES) {
            file.getServices()
                    .forEach(service ->
                            services.addService(ServiceResponse.newBuilder().setName(service.getFullName())));
        }
        return services.build();
    }

    private static @Nullable FileDescriptor file(String name) {
        for (var file : FILES) {
            if (file.getName().equals(name)) {
                return file;
            }
        }
        return null;
    }

    private static void putFile(ServerReflectionResponse.Builder answer, @Nullable FileDescriptor file) {
        if (file == null) {
            answer.setErrorResponse(ErrorResponse.newBuilder()
                    .setErrorCode(GrpcStatus.NOT_FOUND)
                    .setErrorMessage("The gateway has no such thing."));
            return;
        }
        ByteString bytes = file.toProto().toByteString();
        answer.setFileDescriptorResponse(FileDescriptorResponse.newBuilder().addFileDescriptorProto(bytes));
    }
}
