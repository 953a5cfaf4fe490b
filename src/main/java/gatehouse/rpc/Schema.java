package gatehouse.rpc;

import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.TypeRegistry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the services of one schema can be asked, and how over HTTP. Immutable and shareable between threads. */
public final class Schema {
    private final Map<String, MethodDescriptor> methods;
    private final List<HttpBinding> bindings;
    private final TypeRegistry types;

    private Schema(Map<String, MethodDescriptor> methods, List<HttpBinding> bindings, TypeRegistry types) {
        this.methods = methods;
        this.bindings = bindings;
        this.types = types;
    }

    /**
     * Reads what {@code protoc --include_imports --descriptor_set_out} writes.
     *
     * @throws IllegalArgumentException what is wrong with it
     */
    public static Schema read(byte[] descriptors) {
        try {
            return of(FileDescriptorSet.parseFrom(descriptors).getFileList());
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalArgumentException("it is no set of descriptors", e);
        }
    }

    /**
     * The schema of some files, in any order.
     *
     * @throws IllegalArgumentException what is wrong with them
     */
    static Schema of(List<FileDescriptorProto> files) {
        var protos = new LinkedHashMap<String, FileDescriptorProto>();
        files.forEach(file -> protos.put(file.getName(), file));
        var built = new HashMap<String, FileDescriptor>();
        var methods = new LinkedHashMap<String, MethodDescriptor>();
        var bindings = new ArrayList<HttpBinding>();
        var types = TypeRegistry.newBuilder();
        for (var name : protos.keySet()) {
            var file = build(name, protos, built, new ArrayList<>());
            for (Descriptor type : file.getMessageTypes()) {
                types.add(type);
            }
            for (var service : file.getServices()) {
                for (var method : service.getMethods()) {
                    methods.put("/" + service.getFullName() + "/" + method.getName(), method);
                    bindings.addAll(HttpBinding.of(method));
                }
            }
        }
        bindings.sort(HttpBinding.MOST_SPECIFIC_FIRST);
        return new Schema(Map.copyOf(methods), List.copyOf(bindings), types.build());
    }

    private static FileDescriptor build(
            String name, Map<String, FileDescriptorProto> protos, Map<String, FileDescriptor> built, List<String> way) {
        var done = built.get(name);
        if (done != null) {
            return done;
        }
        var proto = protos.get(name);
        if (proto == null) {
            throw new IllegalArgumentException(name + " is missing; protoc needs --include_imports");
        }
        if (way.contains(name)) {
            throw new IllegalArgumentException(name + " imports itself");
        }
        way.add(name);
        var imports = new ArrayList<FileDescriptor>();
        for (var imported : proto.getDependencyList()) {
            imports.add(build(imported, protos, built, way));
        }
        way.remove(name);
        try {
            var file = FileDescriptor.buildFrom(proto, imports.toArray(new FileDescriptor[0]));
            built.put(name, file);
            return file;
        } catch (DescriptorValidationException e) {
            throw new IllegalArgumentException(name + " is not valid", e);
        }
    }

    /** The method of a path such as {@code /package.Service/Method}, or null. */
    @Nullable MethodDescriptor method(String path) {
        return methods.get(path);
    }

    /** The method of a service that may be named without its package where that leaves no doubt; null for none. */
    @Nullable MethodDescriptor method(String service, String method) {
        var exact = methods.get("/" + service + "/" + method);
        if (exact != null || service.indexOf('.') >= 0) {
            return exact;
        }
        MethodDescriptor only = null;
        for (var candidate : methods.values()) {
            if (candidate.getService().getName().equals(service)
                    && candidate.getName().equals(method)) {
                if (only != null) {
                    return null;
                }
                only = candidate;
            }
        }
        return only;
    }

    /** Whether there is such a service, with or without its package. */
    boolean hasService(String name) {
        for (var method : methods.values()) {
            var service = method.getService();
            if (service.getFullName().equals(name) || service.getName().equals(name)) {
                return true;
            }
        }
        return false;
    }

    /** How the annotations of the schema bind requests, the most specific first. */
    List<HttpBinding> bindings() {
        return bindings;
    }

    /** Types that may stand in a {@code google.protobuf.Any}. */
    TypeRegistry types() {
        return types;
    }
}
