package gatehouse.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.rpc.ErrorDetailsProto;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class ErrorTypesTest {
    @Test
    void they_are_those_that_Google_publishes() {
        var published = ErrorDetailsProto.getDescriptor().getMessageTypes();
        assertThat(published).hasSize(10);
        for (var type : published) {
            assertThat(fields(Objects.requireNonNull(ErrorTypes.ALL.find(type.getFullName()))))
                    .isEqualTo(fields(type));
        }
    }

    private static List<String> fields(Descriptor type) {
        var all = new ArrayList<String>();
        for (FieldDescriptor field : type.getFields()) {
            var of = field.getJavaType() == FieldDescriptor.JavaType.MESSAGE
                    ? field.getMessageType().getFullName()
                    : "";
            all.add(field.getNumber() + " " + field.getFullName() + " " + field.getJsonName() + " " + field.getType()
                    + " " + of + " " + field.isRepeated() + " " + field.isMapField() + " " + field.hasPresence());
        }
        for (var inner : type.getNestedTypes()) {
            all.addAll(fields(inner));
        }
        return all;
    }
}
