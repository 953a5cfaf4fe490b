package gatehouse.faults;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.LinkedHashMap;
import java.util.Map;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/**
 * A configuration whose services take whatever comes. Where other work shares the machine, answers get late in bursts; a
 * gateway that sheds load then is right, but says nothing about the fault that a scenario is about.
 */
final class Roomy {
    private static final ObjectMapper JSON = new ObjectMapper();

    private Roomy() {}

    /** The same configuration; each service has a limit that does not adapt and a patient line, unless it says otherwise. */
    static String roomy(String yaml) {
        var whole = mapOf(new Load(LoadSettings.builder().build()).loadFromString(yaml));
        var services = mapOf(whole.get("services"));
        for (var service : services.entrySet()) {
            var keys = mapOf(service.getValue());
            keys.putIfAbsent("concurrency", Map.of("adaptive", false));
            var pool = mapOf(keys.get("pool"));
            pool.putIfAbsent("wait", "10s");
            pool.putIfAbsent("pending", 5000);
            keys.put("pool", pool);
            service.setValue(keys);
        }
        whole.put("services", services);
        try {
            return JSON.writeValueAsString(whole);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Map<String, Object> mapOf(Object node) {
        var copy = new LinkedHashMap<String, Object>();
        if (node instanceof Map<?, ?> map) {
            map.forEach((key, value) -> copy.put((String) key, value));
        }
        return copy;
    }
}
