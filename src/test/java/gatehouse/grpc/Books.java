package gatehouse.grpc;

import com.google.protobuf.AnyProto;
import com.google.protobuf.ByteString;
import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumDescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumValueDescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto.Label;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto.Type;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.DescriptorProtos.MessageOptions;
import com.google.protobuf.DescriptorProtos.MethodDescriptorProto;
import com.google.protobuf.DescriptorProtos.MethodOptions;
import com.google.protobuf.DescriptorProtos.OneofDescriptorProto;
import com.google.protobuf.DescriptorProtos.ServiceDescriptorProto;
import com.google.protobuf.DurationProto;
import com.google.protobuf.FieldMaskProto;
import com.google.protobuf.StructProto;
import com.google.protobuf.TimestampProto;
import com.google.protobuf.UnknownFieldSet;
import com.google.protobuf.WrappersProto;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A schema with annotations, {@code lib.Books}, made without a compiler. */
final class Books {
    private Books() {}

    static FileDescriptorSet descriptors() {
        var kind = EnumDescriptorProto.newBuilder()
                .setName("Kind")
                .addValue(EnumValueDescriptorProto.newBuilder().setName("NONE").setNumber(0))
                .addValue(EnumValueDescriptorProto.newBuilder().setName("NOVEL").setNumber(1));
        var author = DescriptorProto.newBuilder()
                .setName("Author")
                .addField(field("name", 1, Type.TYPE_STRING))
                .addField(field("born", 2, Type.TYPE_INT32));
        var book = DescriptorProto.newBuilder()
                .setName("Book")
                .addField(field("id", 1, Type.TYPE_INT64))
                .addField(field("page_count", 2, Type.TYPE_INT32))
                .addField(field("author", 3, Type.TYPE_MESSAGE).setTypeName(".lib.Author"))
                .addField(field("kind", 4, Type.TYPE_ENUM).setTypeName(".lib.Kind"))
                .addField(field("tags", 5, Type.TYPE_STRING).setLabel(Label.LABEL_REPEATED))
                .addField(field("printed", 6, Type.TYPE_MESSAGE).setTypeName(".google.protobuf.Timestamp"))
                .addField(field("loan", 7, Type.TYPE_MESSAGE).setTypeName(".google.protobuf.Duration"))
                .addField(field("stars", 8, Type.TYPE_MESSAGE).setTypeName(".google.protobuf.Int32Value"))
                .addField(field("others", 9, Type.TYPE_MESSAGE)
                        .setTypeName(".lib.Author")
                        .setLabel(Label.LABEL_REPEATED))
                .addField(field("shelf", 10, Type.TYPE_STRING))
                .addField(field("pages_left", 11, Type.TYPE_UINT32))
                .addField(field("isbn", 12, Type.TYPE_UINT64))
                .addField(field("sequel", 13, Type.TYPE_MESSAGE).setTypeName(".lib.Book"))
                .addField(field("sold", 14, Type.TYPE_MESSAGE).setTypeName(".google.protobuf.UInt64Value"))
                .addField(field("weight", 15, Type.TYPE_DOUBLE))
                .addField(field("notes", 16, Type.TYPE_MESSAGE).setTypeName(".google.protobuf.Struct"))
                .addField(field("cover", 17, Type.TYPE_MESSAGE).setTypeName(".google.protobuf.Any"))
                .addField(field("changed", 18, Type.TYPE_MESSAGE).setTypeName(".google.protobuf.FieldMask"))
                .addField(field("editions", 19, Type.TYPE_MESSAGE)
                        .setTypeName(".lib.Book.EditionsEntry")
                        .setLabel(Label.LABEL_REPEATED))
                .addOneofDecl(OneofDescriptorProto.newBuilder().setName("gone"))
                .addField(field("given", 20, Type.TYPE_STRING).setOneofIndex(0))
                .addField(field("lent", 21, Type.TYPE_STRING).setOneofIndex(0))
                .addNestedType(DescriptorProto.newBuilder()
                        .setName("EditionsEntry")
                        .setOptions(MessageOptions.newBuilder().setMapEntry(true))
                        .addField(field("key", 1, Type.TYPE_STRING))
                        .addField(field("value", 2, Type.TYPE_MESSAGE).setTypeName(".lib.Book")));
        var service = ServiceDescriptorProto.newBuilder()
                .setName("Books")
                .addMethod(method("Get", 2, "/v1/books/{id}", ""))
                .addMethod(method("Put", 3, "/v1/{shelf=shelves/*}/books/{id}", "*"))
                .addMethod(method("SetAuthor", 4, "/v1/books/{id}:author", "author"))
                .addMethod(method("Series", 2, "/v1/series/{id}", "").setServerStreaming(true));
        var file = FileDescriptorProto.newBuilder()
                .setName("lib.proto")
                .setPackage("lib")
                .setSyntax("proto3")
                .addDependency("google/protobuf/timestamp.proto")
                .addDependency("google/protobuf/duration.proto")
                .addDependency("google/protobuf/wrappers.proto")
                .addDependency("google/protobuf/struct.proto")
                .addDependency("google/protobuf/any.proto")
                .addDependency("google/protobuf/field_mask.proto")
                .addEnumType(kind)
                .addMessageType(author)
                .addMessageType(book)
                .addService(service);
        return FileDescriptorSet.newBuilder()
                .addFile(file)
                .addFile(TimestampProto.getDescriptor().toProto())
                .addFile(DurationProto.getDescriptor().toProto())
                .addFile(WrappersProto.getDescriptor().toProto())
                .addFile(StructProto.getDescriptor().toProto())
                .addFile(AnyProto.getDescriptor().toProto())
                .addFile(FieldMaskProto.getDescriptor().toProto())
                .build();
    }

    /** The file of a schema, written into a folder. */
    static Path written(FileDescriptorSet schema, Path folder) throws IOException {
        return Files.write(folder.resolve("schema.desc"), schema.toByteArray());
    }

    private static FieldDescriptorProto.Builder field(String name, int number, Type type) {
        return FieldDescriptorProto.newBuilder()
                .setName(name)
                .setNumber(number)
                .setType(type)
                .setLabel(Label.LABEL_OPTIONAL);
    }

    private static MethodDescriptorProto.Builder method(String name, int http, String path, String body) {
        var rule = UnknownFieldSet.newBuilder().addField(http, text(path));
        if (!body.isEmpty()) {
            rule.addField(7, text(body));
        }
        var options = UnknownFieldSet.newBuilder()
                .addField(
                        72295728,
                        UnknownFieldSet.Field.newBuilder()
                                .addLengthDelimited(rule.build().toByteString())
                                .build());
        return MethodDescriptorProto.newBuilder()
                .setName(name)
                .setInputType(".lib.Book")
                .setOutputType(".lib.Book")
                .setOptions(MethodOptions.newBuilder().setUnknownFields(options.build()));
    }

    private static UnknownFieldSet.Field text(String text) {
        return UnknownFieldSet.Field.newBuilder()
                .addLengthDelimited(ByteString.copyFromUtf8(text))
                .build();
    }
}
