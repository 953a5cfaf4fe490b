package gatehouse.snapshot;

import gatehouse.config.ConfigDocument;
import gatehouse.config.ConfigException;
import gatehouse.config.GatewayConfig;
import gatehouse.config.Overrides;
import gatehouse.config.Place;
import gatehouse.config.PolicySet;
import gatehouse.config.Problems;
import gatehouse.route.RouteTable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A configuration that was read and found whole, before anything of it is started: enough to answer where a request would
 * go.
 *
 * @param config the records
 * @param folder what relative paths in the configuration are relative to
 * @param files every file that was read for it
 * @param effective policy keys that hold for each route, all layers laid over each other
 * @param tables route names by listener
 * @param addresses where the address of each listener stands
 * @param connections where the number of connections stands, or would
 * @param ignoredVariables environment variables that look like overrides and name no key
 * @param secrets values that were interpolated or given for secret keys, which are never shown
 */
public record Blueprint(
        GatewayConfig config,
        Path folder,
        List<Path> files,
        Map<String, PolicySet> effective,
        Map<String, RouteTable<String>> tables,
        Map<String, Place> addresses,
        Place connections,
        List<String> ignoredVariables,
        Set<String> secrets) {

    /**
     * Reads a file or folder and checks all of it.
     *
     * @throws ConfigException with every problem there is
     */
    public static Blueprint read(Path fileOrFolder, Overrides overrides) throws ConfigException {
        var folder = Files.isDirectory(fileOrFolder)
                ? fileOrFolder
                : java.util.Objects.requireNonNullElse(
                        fileOrFolder.toAbsolutePath().getParent(), Path.of(""));
        return of(ConfigDocument.read(fileOrFolder, overrides), folder);
    }

    /**
     * Checks a text as if it stood in a file.
     *
     * @param fileName how problems name it
     * @param folder what relative paths in it are relative to
     * @throws ConfigException with every problem there is
     */
    public static Blueprint parse(String fileName, String text, Path folder, Overrides overrides)
            throws ConfigException {
        return of(ConfigDocument.parse(fileName, text, overrides), folder);
    }

    private static Blueprint of(ConfigDocument document, Path folder) throws ConfigException {
        var problems = new Problems(document);
        var config = document.bind(GatewayConfig.class, Policies.keys(), problems);
        var effective = layered(config);
        new References(document, config, folder, problems).check(effective);
        var tables = new LinkedHashMap<String, RouteTable<String>>();
        var addresses = new LinkedHashMap<String, Place>();
        for (var listener : config.listeners().keySet()) {
            tables.put(listener, table(config, listener));
            addresses.put(listener, document.placeOf(List.of("listeners", listener, "listen")));
        }
        if (problems.isEmpty()) { // conditions that could not be read are missing, which makes false ties
            References.checkTies(tables, problems);
        }
        problems.throwIfAny();
        var blueprint = new Blueprint(
                config,
                folder,
                document.files(),
                effective,
                tables,
                addresses,
                document.placeOf("node.connections"),
                document.ignoredVariables(),
                document.secrets());
        new ConfigTests(blueprint, problems).run();
        problems.throwIfAny();
        return blueprint;
    }

    private static RouteTable<String> table(GatewayConfig config, String listener) {
        var builder = new RouteTable.Builder<String>(listener);
        config.routes().forEach((name, route) -> builder.add(name, route.match(), route.priority(), name));
        return builder.build();
    }

    /** Built-in defaults, then {@code defaults}, the service, the bundles from left to right, the route. */
    private static Map<String, PolicySet> layered(GatewayConfig config) {
        var base = builtIn().under(config.defaults().set());
        var effective = new LinkedHashMap<String, PolicySet>();
        config.routes().forEach((name, route) -> {
            var service = route.to().service() == null
                    ? null
                    : config.services().get(route.to().service());
            var set = service == null ? base : base.under(service.policies());
            for (var bundle : route.use()) {
                var layer = config.policies().get(bundle);
                set = layer == null ? set : set.under(layer.set());
            }
            effective.put(name, set.under(route.policies()));
        });
        return effective;
    }

    /** Every policy that holds unless it is removed, with its own defaults. */
    private static PolicySet builtIn() {
        var byKey = new LinkedHashMap<String, java.util.Optional<Record>>();
        for (var type : Policies.ALL) {
            if (type.always()) {
                byKey.put(type.key(), java.util.Optional.of(ConfigDocument.defaults(type.config())));
            }
        }
        return new PolicySet(byKey);
    }
}
