package gatehouse.registry;

import java.util.List;

/**
 * A service of the registry in short.
 *
 * @param name its name
 * @param instances how many there are
 * @param suspect how many of them are silent
 * @param versions what runs there, each once
 * @param preserved whether silent ones are kept, as too many fell silent together
 */
public record Summary(ServiceName name, int instances, int suspect, List<String> versions, boolean preserved) {}
