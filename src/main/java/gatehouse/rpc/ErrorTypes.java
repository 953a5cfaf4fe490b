package gatehouse.rpc;

import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.MessageOptions;
import com.google.protobuf.DescriptorProtos.OneofDescriptorProto;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.DurationProto;
import com.google.protobuf.TypeRegistry;

/**
 * The types of {@code google/rpc/error_details.proto}: services put them into what they say of an error without a word of them in
 * their own files.
 */
final class ErrorTypes {
    private static final String PACKAGE = "google.rpc";

    private static final FileDescriptorProto FILE = FileDescriptorProto.newBuilder()
            .setName("google/rpc/error_details.proto")
            .setPackage(PACKAGE)
            .setSyntax("proto3")
            .addDependency("google/protobuf/duration.proto")
            .addMessageType(type(
                            "ErrorInfo",
                            text("reason", 1),
                            text("domain", 2),
                            list("metadata", 3, "ErrorInfo.MetadataEntry"))
                    .addNestedType(texts("MetadataEntry")))
            .addMessageType(type(
                    "RetryInfo",
                    field("retry_delay", 1, FieldDescriptorProto.Type.TYPE_MESSAGE)
                            .setTypeName(".google.protobuf.Duration")))
            .addMessageType(type(
                    "DebugInfo",
                    text("stack_entries", 1).setLabel(FieldDescriptorProto.Label.LABEL_REPEATED),
                    text("detail", 2)))
            .addMessageType(type("QuotaFailure", list("violations", 1, "QuotaFailure.Violation"))
                    .addNestedType(quotaViolation()))
            .addMessageType(type("PreconditionFailure", list("violations", 1, "PreconditionFailure.Violation"))
                    .addNestedType(type("Violation", text("type", 1), text("subject", 2), text("description", 3))))
            .addMessageType(type("BadRequest", list("field_violations", 1, "BadRequest.FieldViolation"))
                    .addNestedType(type(
                            "FieldViolation",
                            text("field", 1),
                            text("description", 2),
                            text("reason", 3),
                            list("localized_message", 4, "LocalizedMessage")
                                    .setLabel(FieldDescriptorProto.Label.LABEL_OPTIONAL))))
            .addMessageType(type("RequestInfo", text("request_id", 1), text("serving_data", 2)))
            .addMessageType(type(
                    "ResourceInfo",
                    text("resource_type", 1),
                    text("resource_name", 2),
                    text("owner", 3),
                    text("description", 4)))
            .addMessageType(type("Help", list("links", 1, "Help.Link"))
                    .addNestedType(type("Link", text("description", 1), text("url", 2))))
            .addMessageType(type("LocalizedMessage", text("locale", 1), text("message", 2)))
            .build();

    /** All of them. */
    static final TypeRegistry ALL = registry();

    private ErrorTypes() {}

    private static TypeRegistry registry() {
        try {
            var file = FileDescriptor.buildFrom(FILE, new FileDescriptor[] {DurationProto.getDescriptor()});
            return TypeRegistry.newBuilder().add(file.getMessageTypes()).build();
        } catch (DescriptorValidationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static DescriptorProto.Builder quotaViolation() {
        return type(
                        "Violation",
                        text("subject", 1),
                        text("description", 2),
                        text("api_service", 3),
                        text("quota_metric", 4),
                        text("quota_id", 5),
                        list("quota_dimensions", 6, "QuotaFailure.Violation.QuotaDimensionsEntry"),
                        field("quota_value", 7, FieldDescriptorProto.Type.TYPE_INT64),
                        field("future_quota_value", 8, FieldDescriptorProto.Type.TYPE_INT64)
                                .setProto3Optional(true)
                                .setOneofIndex(0))
                .addOneofDecl(OneofDescriptorProto.newBuilder().setName("_future_quota_value"))
                .addNestedType(texts("QuotaDimensionsEntry"));
    }

    /** What a map of texts is made of. */
    private static DescriptorProto.Builder texts(String name) {
        return type(name, text("key", 1), text("value", 2))
                .setOptions(MessageOptions.newBuilder().setMapEntry(true));
    }

    private static DescriptorProto.Builder type(String name, FieldDescriptorProto.Builder... fields) {
        var type = DescriptorProto.newBuilder().setName(name);
        for (var field : fields) {
            type.addField(field);
        }
        return type;
    }

    private static FieldDescriptorProto.Builder text(String name, int number) {
        return field(name, number, FieldDescriptorProto.Type.TYPE_STRING);
    }

    private static FieldDescriptorProto.Builder list(String name, int number, String of) {
        return field(name, number, FieldDescriptorProto.Type.TYPE_MESSAGE)
                .setTypeName("." + PACKAGE + "." + of)
                .setLabel(FieldDescriptorProto.Label.LABEL_REPEATED);
    }

    private static FieldDescriptorProto.Builder field(String name, int number, FieldDescriptorProto.Type type) {
        return FieldDescriptorProto.newBuilder()
                .setName(name)
                .setNumber(number)
                .setType(type)
                .setLabel(FieldDescriptorProto.Label.LABEL_OPTIONAL);
    }
}
