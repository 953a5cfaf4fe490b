package gatehouse.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.lang.reflect.Type;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Writes the JSON Schema (draft 2020-12) of a configuration record, for editors; the binder checks more than it can. */
public final class JsonSchema {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private final Shapes shapes;
    private final Class<? extends Record> root;
    private final Map<Class<?>, String> names = new LinkedHashMap<>();
    private final ObjectNode definitions = JSON.objectNode();

    private JsonSchema(Class<? extends Record> root, Map<String, PolicyKey> keys) {
        this.root = root;
        this.shapes = new Shapes(keys);
    }

    /** The schema as text; the same for the same records. */
    public static String of(Class<? extends Record> root, Map<String, PolicyKey> keys) {
        var schema = new JsonSchema(root, keys).schema();
        var printer = new DefaultPrettyPrinter();
        printer.indentObjectsWith(new DefaultIndenter("  ", "\n"));
        printer.indentArraysWith(new DefaultIndenter("  ", "\n"));
        try {
            return new ObjectMapper().writer(printer).writeValueAsString(schema) + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private ObjectNode schema() {
        var schema = JSON.objectNode().put("$schema", "https://json-schema.org/draft/2020-12/schema");
        definitions
                .putObject("interpolated")
                .put("description", "Replaced when read: ${env:NAME}, ${env:NAME:-default} or ${file:PATH}.")
                .put("type", "string")
                .put("pattern", "\\$\\{");
        schema.setAll(reference(root));
        schema.set("$defs", definitions);
        return schema;
    }

    private ObjectNode reference(Class<? extends Record> type) {
        var name = names.get(type);
        if (name == null) {
            name = nameOf(type);
            names.put(type, name);
            definitions.putObject(name).setAll(record(shapes.of(type)));
        }
        return JSON.objectNode().put("$ref", "#/$defs/" + name);
    }

    private String nameOf(Class<?> type) {
        var name = type.getName().substring(type.getPackageName().length() + 1).replace('$', '.');
        return names.containsValue(name) ? type.getName().replace('$', '.') : name;
    }

    private ObjectNode record(RecordShape shape) {
        var object = JSON.objectNode().put("type", "object");
        var properties = object.putObject("properties");
        if (shape.type() == root && shape.component("$schema") == null) {
            properties
                    .putObject("$schema")
                    .put("description", "For editors; not read.")
                    .put("type", "string");
        }
        var required = JSON.arrayNode();
        for (var component : shape.components()) {
            if (!component.takesPolicies()) {
                properties.set(component.name(), property(component));
            }
            if (component.isRequired()) {
                required.add(component.name());
            }
        }
        if (shape.takesPolicies()) {
            shapes.policyKeys().forEach((key, policy) -> properties.set(key, policy(policy)));
        }
        object.put("additionalProperties", false);
        if (!required.isEmpty()) {
            object.set("required", required);
        }
        for (var key : shape.oneOf()) {
            object.withArrayProperty("oneOf").addObject().putArray("required").add(key);
        }
        var shortForm = shape.component(shape.shortKey());
        if (shortForm == null) {
            return object;
        }
        var alternatives = new ArrayList<>(List.of(object));
        alternatives.addAll(value(shortForm.type(), Limits.of(shortForm.key())));
        return anyOf(alternatives);
    }

    private ObjectNode property(RecordShape.Component component) {
        var alternatives = value(component.type(), Limits.of(component.key()));
        if (component.nullable()) {
            alternatives.add(JSON.objectNode().put("type", "null"));
        }
        var property = JSON.objectNode().put("description", component.doc());
        property.setAll(anyOf(alternatives));
        if (!component.byDefault().isEmpty()) {
            var value = component.type() == String.class
                    ? component.byDefault()
                    : PlainValue.of(Defaults.read(component.byDefault()));
            property.set("default", new ObjectMapper().valueToTree(value));
        }
        return property;
    }

    private ObjectNode policy(PolicyKey policy) {
        var property = JSON.objectNode().put("description", policy.doc());
        property.setAll(
                anyOf(List.of(reference(policy.type()), JSON.objectNode().put("type", "null"))));
        return property;
    }

    private static ObjectNode anyOf(List<ObjectNode> alternatives) {
        if (alternatives.size() == 1) {
            return alternatives.get(0);
        }
        var any = JSON.objectNode();
        any.putArray("anyOf").addAll(alternatives);
        return any;
    }

    private List<ObjectNode> value(Type type, Limits limits) {
        var record = Shapes.recordOf(type);
        if (record != null) {
            return new ArrayList<>(List.of(reference(record)));
        }
        if (Shapes.isList(type)) {
            var items = value(Shapes.elementOf(type), limits);
            var array = JSON.objectNode().put("type", "array");
            array.set("items", anyOf(items));
            var alternatives = new ArrayList<>(List.of(array));
            alternatives.addAll(items);
            return alternatives;
        }
        if (Shapes.isMap(type)) {
            return new ArrayList<>(List.of(map(Shapes.elementOf(type), limits)));
        }
        if (!(type instanceof Class<?> raw) || raw == Object.class) {
            return new ArrayList<>(List.of(JSON.objectNode()));
        }
        var scalar = scalar(raw, limits);
        var alternatives = new ArrayList<>(List.of(scalar));
        if (scalar.path("type").asText().equals("string") == scalar.has("pattern")) {
            alternatives.add(JSON.objectNode().put("$ref", "#/$defs/interpolated"));
        }
        return alternatives;
    }

    private ObjectNode map(Type element, Limits limits) {
        var map = JSON.objectNode().put("type", "object");
        var values = value(element, limits);
        var record = Shapes.recordOf(element);
        if (record != null) {
            map.putObject("propertyNames").put("pattern", "^" + Binder.NAME.pattern() + "$");
            if (shapes.of(record).mayBeEmpty()) {
                values.add(JSON.objectNode().put("type", "null"));
            }
        }
        map.set("additionalProperties", anyOf(values));
        return map;
    }

    private static ObjectNode scalar(Class<?> type, Limits limits) {
        var schema = JSON.objectNode();
        if (type == boolean.class || type == Boolean.class) {
            return schema.put("type", "boolean");
        }
        if (ScalarReader.isNumber(type)) {
            schema.put("type", ScalarReader.isWhole(type) ? "integer" : "number");
            return limits.within(type).putInto(schema);
        }
        if (type.isEnum()) {
            var words = schema.putArray("enum");
            ScalarReader.words(type).forEach(words::add);
            return schema;
        }
        var expects = type.getAnnotation(Expects.class);
        var pattern = type == Duration.class ? Durations.PATTERN : expects == null ? "" : expects.pattern();
        if (pattern.isEmpty()) {
            schema.putArray("type").add("string").add("number").add("boolean");
            return schema;
        }
        if (Pattern.compile(pattern).matcher("502").find()) {
            schema.putArray("type").add("string").add("integer");
        } else {
            schema.put("type", "string");
        }
        return schema.put("pattern", pattern);
    }
}
