package gatehouse.demo;

import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.MethodDescriptorProto;
import com.google.protobuf.DescriptorProtos.ServiceDescriptorProto;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.DynamicMessage;
import io.vertx.core.Vertx;
import io.vertx.grpc.common.GrpcMessageDecoder;
import io.vertx.grpc.common.GrpcMessageEncoder;
import io.vertx.grpc.common.ServiceMethod;
import io.vertx.grpc.common.ServiceName;
import io.vertx.grpc.server.GrpcServer;
import io.vertx.grpc.server.Service;

/** The greeter of every introduction to gRPC, {@code helloworld.Greeter}, with reflection. Its schema is written here, so that no compiler is needed. */
final class Greeter {
    private Greeter() {}

    static GrpcServer server(Vertx vertx) {
        var file = schema();
        var service = file.findServiceByName("Greeter");
        var method = service.findMethodByName("SayHello");
        var asked = method.getInputType().findFieldByName("name");
        var told = method.getOutputType().findFieldByName("message");
        var name = ServiceName.create("helloworld.Greeter");
        GrpcMessageDecoder<DynamicMessage> decoder =
                GrpcMessageDecoder.decoder(DynamicMessage.getDefaultInstance(method.getInputType()));
        GrpcMessageEncoder<DynamicMessage> encoder = GrpcMessageEncoder.encoder();
        var server = GrpcServer.server(vertx);
        server.addService(Service.service(name, service)
                .bind(
                        ServiceMethod.server(name, "SayHello", encoder, decoder),
                        request -> request.last()
                                .onSuccess(question -> request.response()
                                        .end(DynamicMessage.newBuilder(method.getOutputType())
                                                .setField(told, "Hello " + question.getField(asked))
                                                .build())))
                .build());
        return server.addService(DemoReflection.of(file));
    }

    private static FileDescriptor schema() {
        var proto = FileDescriptorProto.newBuilder()
                .setName("helloworld.proto")
                .setPackage("helloworld")
                .setSyntax("proto3")
                .addMessageType(message("HelloRequest", "name"))
                .addMessageType(message("HelloReply", "message"))
                .addService(ServiceDescriptorProto.newBuilder()
                        .setName("Greeter")
                        .addMethod(MethodDescriptorProto.newBuilder()
                                .setName("SayHello")
                                .setInputType(".helloworld.HelloRequest")
                                .setOutputType(".helloworld.HelloReply")))
                .build();
        try {
            return FileDescriptor.buildFrom(proto, new FileDescriptor[0]);
        } catch (DescriptorValidationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static DescriptorProto message(String name, String field) {
        return DescriptorProto.newBuilder()
                .setName(name)
                .addField(FieldDescriptorProto.newBuilder()
                        .setName(field)
                        .setNumber(1)
                        .setType(FieldDescriptorProto.Type.TYPE_STRING)
                        .setLabel(FieldDescriptorProto.Label.LABEL_OPTIONAL))
                .build();
    }
}
