package gatehouse.snapshot;

import gatehouse.config.ConfigDocument;
import gatehouse.config.ConfigException;
import gatehouse.config.GatewayConfig;
import gatehouse.config.Overrides;
import gatehouse.config.Place;
import gatehouse.config.PolicySet;
import gatehouse.config.Problems;
import gatehouse.config.RouteConfig;
import gatehouse.policy.NamedFiles;
import gatehouse.policy.PolicyType;
import gatehouse.policy.plugin.Plugins;
import gatehouse.route.RouteTable;
import gatehouse.tls.TlsFiles;
import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A configuration that was read and found whole, before anything of it is started: enough to answer where a request would
 * go.
 *
 * @param config the records
 * @param folder what relative paths in the configuration are relative to
 * @param files every file that was read for it
 * @param named those of them that settings name, such as passwords and keys, each with a hash of what it held
 * @param effective policy keys that hold for each route, all layers laid over each other
 * @param tables route names by listener
 * @param addresses where the address of each listener stands
 * @param followers where each service that follows the registry says so
 * @param bridge where the registry's bridge stands; null where there is none
 * @param connections where the number of connections stands, or would
 * @param tls certificates and keys
 * @param ignoredVariables environment variables that look like overrides and name no key
 * @param secrets values that were interpolated or given for secret keys, which are never shown
 * @param policies every policy that its routes may name, in the order in which a request meets them
 * @param tracingCa certificates that the collector of traces has to show one of, in PEM; null for those that Java trusts
 */
public record Blueprint(
        GatewayConfig config,
        Path folder,
        List<Path> files,
        Map<Path, String> named,
        Map<String, PolicySet> effective,
        Map<String, RouteTable<String>> tables,
        Map<String, Place> addresses,
        Map<String, Place> followers,
        @Nullable Place bridge,
        Place connections,
        TlsFiles tls,
        List<String> ignoredVariables,
        Set<String> secrets,
        List<PolicyType<?>> policies,
        @Nullable Buffer tracingCa) {

    private static final int MOST_CA_BYTES = 1 << 20;

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
        return of(
                ConfigDocument.read(fileOrFolder, overrides), new NamedFiles(folder, !overrides.readsFiles()), folder);
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
        return of(
                ConfigDocument.parse(fileName, text, overrides),
                new NamedFiles(folder, !overrides.readsFiles()),
                folder);
    }

    private static Blueprint of(ConfigDocument document, NamedFiles named, Path folder) throws ConfigException {
        var problems = new Problems(document);
        var policies = Policies.with(PluginTypes.read(document, named, problems));
        var config = document.bind(GatewayConfig.class, Policies.keys(policies), problems);
        var effective = layered(config);
        new References(document, config, folder, problems).check(effective);
        new PolicyChecks(config, policies, named, problems).check();
        var tls = named.areSealed()
                ? TlsFiles.NONE
                : TlsFiles.read(config, named::read, problems::add, java.time.Instant.now());
        Schemas.check(config, named, problems);
        var tracingCa = tracingCa(config, named, problems);
        if (!TableSizes.check(config, problems)) {
            problems.throwIfAny();
        }
        var ties = new Ties(config, Policies.keys(policies).keySet(), problems.list());
        var tables = new LinkedHashMap<String, RouteTable<String>>();
        config.listeners().keySet().forEach(listener -> tables.put(listener, table(config, listener, ties::hasRead)));
        ties.check(tables, problems);
        problems.throwIfAny();
        var blueprint = new Blueprint(
                config,
                folder,
                together(document.files(), named.asked().keySet()),
                named.asked(),
                effective,
                tables,
                addresses(document, config),
                followers(document, config),
                config.registry().bridge() == null ? null : document.placeOf("registry.bridge"),
                document.placeOf("node.connections"),
                tls,
                document.ignoredVariables(),
                document.secrets(),
                policies,
                tracingCa);
        new ConfigTests(blueprint, problems).run();
        problems.throwIfAny();
        return blueprint;
    }

    private static Map<String, Place> addresses(ConfigDocument document, GatewayConfig config) {
        var addresses = new LinkedHashMap<String, Place>();
        for (var listener : config.listeners().keySet()) {
            addresses.put(listener, document.placeOf(List.of("listeners", listener, "listen")));
        }
        return addresses;
    }

    private static Map<String, Place> followers(ConfigDocument document, GatewayConfig config) {
        var followers = new LinkedHashMap<String, Place>();
        config.services().forEach((name, service) -> {
            if (service.registry() != null) {
                followers.put(name, document.placeOf(List.of("services", name, "registry")));
            }
        });
        return followers;
    }

    /** Whether another one comes to the same, whatever it looks like: there is nothing to put in force. */
    public boolean saysTheSameAs(Blueprint other) {
        return config.equals(other.config)
                && tls.equals(other.tls)
                && policies.equals(other.policies)
                && files.equals(other.files)
                && named.equals(other.named);
    }

    private static @Nullable Buffer tracingCa(GatewayConfig config, NamedFiles files, Problems problems) {
        var file = config.tracing() == null ? null : config.tracing().ca();
        if (file == null || files.areSealed()) {
            return null;
        }
        try {
            var bytes = files.read(file, MOST_CA_BYTES);
            CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(bytes));
            return Buffer.buffer(bytes);
        } catch (IOException | CertificateException e) {
            problems.add(List.of("tracing", "ca"), file + " " + e.getMessage(), "a file of certificates in PEM");
            return null;
        }
    }

    private static List<Path> together(List<Path> some, Set<Path> others) {
        var all = new LinkedHashSet<>(some);
        all.addAll(others);
        return List.copyOf(all);
    }

    private static RouteTable<String> table(GatewayConfig config, String listener, Predicate<String> takes) {
        var builder = new RouteTable.Builder<String>(listener);
        config.routes().forEach((name, route) -> {
            if (takes.test(name) && serves(config, listener, route)) {
                builder.add(name, route.match(), route.priority(), name);
            }
        });
        return builder.build();
    }

    /** Whether a listener may have a route: routes that name no listener are for those that speak HTTP. */
    static boolean serves(GatewayConfig config, String listener, RouteConfig route) {
        var listening = config.listeners().get(listener);
        return listening == null
                || listening.isHttp()
                || route.match().listener().contains(listener);
    }

    /** Built-in defaults, then {@code defaults}, the service, the bundles from left to right, the route. */
    private static Map<String, PolicySet> layered(GatewayConfig config) {
        var base = builtIn().under(config.defaults().set());
        var effective = new LinkedHashMap<String, PolicySet>();
        config.routes().forEach((name, route) -> {
            effective.put(name, layered(config, base, route, route.to().only()));
        });
        return effective;
    }

    private static PolicySet layered(
            GatewayConfig config, PolicySet base, RouteConfig route, @Nullable String serviceName) {
        var service = serviceName == null ? null : config.services().get(serviceName);
        var set = service == null ? base : base.under(service.policies());
        for (var bundle : route.use()) {
            var layer = config.policies().get(bundle);
            set = layer == null ? set : set.under(layer.set());
        }
        return set.under(route.policies());
    }

    /** SHA-256 of the jar that a policy came in; empty for one of the gateway's own. */
    public String digestOf(PolicyType<?> type) {
        return Plugins.digestOf(type);
    }

    /** Policy keys that hold for a route's requests to one of several services: that service's layer counts too. */
    PolicySet effective(RouteConfig route, String service) {
        return layered(config, builtIn().under(config.defaults().set()), route, service);
    }

    /** Every policy that holds for all routes, with its own defaults. */
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
