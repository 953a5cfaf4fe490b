package gatehouse.registry;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A service of the registry in short.
 *
 * @param name its name
 * @param instances how many there are
 * @param suspect how many of them are silent
 * @param versions what runs there, each once
 * @param preserved whether silent ones are kept, as too many fell silent together
 */
public record Summary(ServiceName name, int instances, int suspect, List<String> versions, boolean preserved) {
    /** As it stands in JSON, in plain values. */
    public Map<String, Object> toFields() {
        var fields = new LinkedHashMap<String, Object>();
        fields.put("name", name.name());
        fields.put("instances", instances);
        fields.put("suspect", suspect);
        fields.put("versions", versions);
        fields.put("preserved", preserved);
        return fields;
    }
}
