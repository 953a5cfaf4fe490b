package gatehouse.config;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads texts as if they were {@code conf/gateway.yaml}, with a few policies as the gateway has them. */
final class Texts {
    static final String FILE = "conf/gateway.yaml";

    record RateLimit(
            @Key(doc = "Refill.", required = true) String rate,

            @Key(doc = "Most at once.", value = "10", min = 1)
            int burst) {}

    record Timeout(
            @Key(doc = "Longest connect.", value = "2s", min = 1)
            Duration connect,

            @Key(doc = "Longest wait.", value = "30s", min = 1)
            Duration total) {}

    record BodyLimit(
            @Key(doc = "Longest body.", value = "10MiB") Size body) {}

    record Headers(
            @Key(doc = "Fields to set.") Map<String, String> set,
            @Key(doc = "Fields to remove.") List<String> remove) {}

    private Texts() {}

    static Map<String, PolicyKey> policies() {
        var keys = new LinkedHashMap<String, PolicyKey>();
        keys.put("rateLimit", new PolicyKey("Refuses what is too much.", RateLimit.class));
        keys.put("timeout", new PolicyKey("How long things may take.", Timeout.class));
        keys.put("limits", new PolicyKey("How large things may be.", BodyLimit.class));
        keys.put("response", new PolicyKey("Edits of the response.", Headers.class));
        return keys;
    }

    static GatewayConfig gateway(String text) throws ConfigException {
        return bind(GatewayConfig.class, text, Overrides.NONE);
    }

    static <R extends Record> R bind(Class<R> type, String text, Overrides overrides) throws ConfigException {
        var document = ConfigDocument.parse(FILE, text, overrides);
        var problems = new Problems(document);
        var bound = document.bind(type, policies(), problems);
        problems.throwIfAny();
        return bound;
    }

    /** The problems of a text, a line each; none where it is fine. */
    static List<String> problems(Class<? extends Record> type, String text, Overrides overrides) {
        try {
            bind(type, text, overrides);
            return List.of();
        } catch (ConfigException e) {
            return e.problems().stream().map(ConfigProblem::toString).toList();
        }
    }

    static List<String> problems(String text) {
        return problems(GatewayConfig.class, text, Overrides.NONE);
    }

    static Overrides environment(Map<String, String> variables) {
        return new Overrides(variables, List.of());
    }

    static Overrides sets(String... sets) {
        return new Overrides(Map.of(), List.of(sets));
    }
}
