package gatehouse.config;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a configuration record looks like from outside: its keys, in order.
 *
 * @param shortKey the key that a value which is no map stands for, or empty
 * @param oneOf keys of which exactly one stands there; or none
 */
record RecordShape(Class<? extends Record> type, List<Component> components, String shortKey, List<String> oneOf) {
    /**
     * One component.
     *
     * @param name how the key is written
     * @param key null for the component that takes up policy keys
     */
    record Component(String name, Type type, @Nullable Key key, boolean nullable) {
        boolean takesPolicies() {
            return key == null;
        }

        boolean isRequired() {
            return key != null && key.required();
        }

        boolean isSecret() {
            return key != null && key.secret();
        }

        /** The default as it would stand in the file, or empty. */
        String byDefault() {
            return key == null ? "" : key.value();
        }

        String doc() {
            return key == null ? "" : key.doc();
        }
    }

    /** Looks at a record type; one that is not made for the binder is a mistake in the program. */
    static RecordShape of(Class<? extends Record> type) {
        var shortForm = type.getAnnotation(ShortForm.class);
        var components = Arrays.stream(type.getRecordComponents())
                .map(RecordShape::component)
                .toList();
        var oneOf = type.getAnnotation(OneOf.class);
        return new RecordShape(
                type,
                components,
                shortForm == null ? "" : shortForm.value(),
                oneOf == null ? List.of() : List.of(oneOf.value()));
    }

    private static Component component(RecordComponent component) {
        var key = component.getAnnotation(Key.class);
        if (key == null && !component.isAnnotationPresent(PolicyKeys.class)) {
            throw new IllegalStateException(component.getDeclaringRecord() + ": no @Key at " + component.getName());
        }
        return new Component(
                key == null || key.name().isEmpty() ? component.getName() : key.name(),
                component.getGenericType(),
                key,
                component.getAnnotatedType().isAnnotationPresent(Nullable.class));
    }

    /** The component of a key, or null. */
    @Nullable Component component(String name) {
        for (var component : components) {
            if (component.name().equals(name) && !component.takesPolicies()) {
                return component;
            }
        }
        return null;
    }

    /** Whether no key has to stand there. */
    boolean mayBeEmpty() {
        return oneOf.isEmpty() && components.stream().noneMatch(Component::isRequired);
    }

    boolean takesPolicies() {
        return components.stream().anyMatch(Component::takesPolicies);
    }

    /** A record of these values; its constructor may refuse them with an {@link IllegalArgumentException}. */
    Record create(@Nullable Object[] values) {
        var types = Arrays.stream(type.getRecordComponents())
                .map(RecordComponent::getType)
                .toArray(Class<?>[]::new);
        try {
            Constructor<? extends Record> constructor = type.getDeclaredConstructor(types);
            constructor.setAccessible(true);
            return constructor.newInstance(values);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof IllegalArgumentException refusal) {
                throw refusal;
            }
            if (type.getClassLoader() != RecordShape.class.getClassLoader()) { // of a plugin, which may have mistakes
                throw new IllegalArgumentException(String.valueOf(e.getCause()), e);
            }
            throw new IllegalStateException(type.getName(), e);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(type.getName(), e);
        }
    }
}
