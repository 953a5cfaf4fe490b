package gatehouse.rpc;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.Message;
import gatehouse.exchange.Exchange;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What a request asks: a method of the schema, and the fields that path and query give it.
 *
 * @param method what is called
 * @param fields of the path, by their paths in the message
 * @param body field that the body is, {@code *} for the whole message, empty for none
 * @param responseBody field that is answered, empty for the whole message
 */
record Question(MethodDescriptor method, Map<String, String> fields, String body, String responseBody) {
    private static final int PREFIX = 5;

    /** Longest path of a field in path and query; what is deeper belongs into a body. */
    private static final int DEEPEST = 32;

    /** The question of a request: as the route's path says, by an annotation, or by its own path; null for none. */
    static @Nullable Question of(Schema schema, Exchange exchange) {
        var pattern = exchange.pattern();
        var service = pattern == null ? null : pattern.capture("service", exchange.path());
        var named = pattern == null ? null : pattern.capture("method", exchange.path());
        var isPost = exchange.method().equals("POST");
        if (service != null && named != null) {
            var method = isPost ? schema.method(service, named) : null;
            return method == null ? null : new Question(method, Map.of(), "*", "");
        }
        var path = exchange.upstreamPath();
        for (var binding : schema.bindings()) {
            var fields = binding.isFor(exchange.method()) ? binding.path().match(path) : null;
            if (fields != null) {
                return new Question(binding.method(), fields, binding.body(), binding.responseBody());
            }
        }
        var method = isPost ? schema.method(path) : null;
        return method == null ? null : new Question(method, Map.of(), "*", "");
    }

    /** The methods of HTTP by which something is asked at this path, in one line; empty for none. */
    static String allowed(Schema schema, Exchange exchange) {
        var pattern = exchange.pattern();
        var service = pattern == null ? null : pattern.capture("service", exchange.path());
        var named = pattern == null ? null : pattern.capture("method", exchange.path());
        if (service != null && named != null) {
            return schema.method(service, named) == null ? "" : "POST";
        }
        var path = exchange.upstreamPath();
        var methods = new TreeSet<String>();
        for (var binding : schema.bindings()) {
            if (binding.path().match(path) != null) {
                methods.add(binding.httpMethod());
            }
        }
        if (schema.method(path) != null) {
            methods.add("POST");
        }
        return String.join(", ", methods);
    }

    /** Why a request asks nothing, whatever its method of HTTP. */
    static String missing(Schema schema, Exchange exchange) {
        var pattern = exchange.pattern();
        var service = pattern == null ? null : pattern.capture("service", exchange.path());
        var named = pattern == null ? null : pattern.capture("method", exchange.path());
        if (service == null || named == null) {
            return "The schema of the service has no method for " + exchange.method() + " "
                    + Messages.cut(exchange.upstreamPath()) + ".";
        }
        return schema.hasService(service)
                ? "The schema of the service has no method " + Messages.cut(named) + " of " + Messages.cut(service)
                        + ", or several where it takes the package to tell them apart."
                : "The schema of the service has no service " + Messages.cut(service) + ".";
    }

    /** Path of the call. */
    String path() {
        return "/" + method.getService().getFullName() + "/" + method.getName();
    }

    /**
     * The message, framed.
     *
     * @param query query of the request, or null
     * @param text body of the request; empty for none
     * @throws gatehouse.problem.ProblemException what does not fit
     */
    Buffer message(Messages messages, @Nullable String query, byte[] text) {
        var type = method.getInputType();
        var builder = DynamicMessage.newBuilder(type);
        if (text.length > 0 && !body.isEmpty()) {
            var json = Messages.read(text);
            if (body.equals("*")) {
                builder.mergeFrom(messages.message(type, json));
            } else {
                ObjectNode whole = Messages.object();
                whole.set(body, json);
                builder.mergeFrom(messages.message(type, whole));
            }
        }
        merge(messages, builder, query == null ? Messages.object() : given(type, parameters(query)));
        var captured = Messages.object();
        fields.forEach((field, value) -> {
            put(captured, type, field, value);
            clear(
                    builder,
                    List.of(field.split("\\.", -1))); // nobody else says anything of it, even where this is the default
        });
        merge(messages, builder, captured);
        if (!builder.isInitialized()) {
            throw Messages.bad(builder.findInitializationErrors().get(0), "is required");
        }
        var bytes = builder.build().toByteArray();
        return Buffer.buffer(bytes.length + PREFIX)
                .appendByte((byte) 0)
                .appendInt(bytes.length)
                .appendBytes(bytes);
    }

    private void merge(Messages messages, DynamicMessage.Builder into, ObjectNode part) {
        if (!part.isEmpty()) {
            into.mergeFrom(messages.message(method.getInputType(), part));
        }
    }

    /** What parameters say; nothing of what the body is. */
    private ObjectNode given(Descriptor type, Map<String, List<String>> parameters) {
        var given = Messages.object();
        var ofBody = Messages.field(type, body);
        parameters.forEach((field, values) -> {
            if (body.equals("*")) {
                throw Messages.bad(field, "is no parameter here: the body is the whole message");
            }
            if (ofBody != null && ofBody == Messages.field(type, field.split("\\.", 2)[0])) {
                throw Messages.bad(field, "is no parameter here: the body is " + body);
            }
            values.forEach(value -> put(given, type, field, value));
        });
        return given;
    }

    /** Takes out what is there at the path of a field, which there is. */
    private static void clear(Message.Builder at, List<String> names) {
        var field = Objects.requireNonNull(Messages.field(at.getDescriptorForType(), names.get(0)));
        if (names.size() == 1) {
            at.clearField(field);
        } else if (at.hasField(field)) {
            var inner = ((Message) at.getField(field)).toBuilder();
            clear(inner, names.subList(1, names.size()));
            at.setField(field, inner.buildPartial());
        }
    }

    private static Map<String, List<String>> parameters(String query) {
        var parameters = new LinkedHashMap<String, List<String>>();
        for (var pair : query.split("&", -1)) {
            if (!pair.isEmpty()) {
                var equals = pair.indexOf('=');
                var name = PathTemplate.decoded("", (equals < 0 ? pair : pair.substring(0, equals)).replace('+', ' '));
                var value = equals < 0
                        ? ""
                        : PathTemplate.decoded(name, pair.substring(equals + 1).replace('+', ' '));
                parameters.computeIfAbsent(name, first -> new ArrayList<>()).add(value);
            }
        }
        return parameters;
    }

    /** Puts a value where the path of a field leads. */
    private static void put(ObjectNode root, Descriptor type, String path, String value) {
        var at = root;
        var in = type;
        var names = path.split("\\.", -1);
        if (names.length > DEEPEST) {
            throw Messages.bad(names[0], "a parameter of more than " + DEEPEST + " levels");
        }
        for (var i = 0; i < names.length; i++) {
            FieldDescriptor field = Messages.field(in, names[i]);
            if (field == null) {
                throw Messages.bad(path, in.getFullName() + " has no such field");
            }
            var name = field.getJsonName();
            if (i == names.length - 1) {
                if (field.isRepeated()) {
                    var list = at.get(name) instanceof ArrayNode known ? known : at.putArray(name);
                    list.add(value);
                } else if (at.has(name)) {
                    throw Messages.bad(path, "stands twice, and is no list");
                } else {
                    at.put(name, value);
                }
                return;
            }
            if (field.getJavaType() != FieldDescriptor.JavaType.MESSAGE || field.isRepeated()) {
                throw Messages.bad(path, name + " has no fields");
            }
            if (at.has(name) && !at.get(name).isObject()) {
                throw Messages.bad(path, name + " stands there too");
            }
            at = at.get(name) instanceof ObjectNode known ? known : at.putObject(name);
            in = Objects.requireNonNull(field.getMessageType());
        }
    }
}
