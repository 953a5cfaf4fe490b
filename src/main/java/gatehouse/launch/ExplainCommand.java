package gatehouse.launch;

import gatehouse.config.ConfigException;
import gatehouse.exchange.Authority;
import gatehouse.problem.ProblemException;
import gatehouse.snapshot.Blueprint;
import gatehouse.snapshot.Explainer;
import io.netty.util.NetUtil;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;

/** {@code explain}: where a request would go, and why. */
@Command(
        name = "explain",
        description = "Show which route takes a request, why the others do not, and which policies run.")
final class ExplainCommand implements Callable<Integer> {
    private final Gatehouse.Console console;

    @Mixin
    private final FileOptions files = new FileOptions();

    @Parameters(index = "0", paramLabel = "METHOD", description = "Such as GET.")
    private String method = "";

    @Parameters(
            index = "1",
            paramLabel = "URL",
            converter = UrlConverter.class,
            description = "As a client would send it. It is tried on the listener with its port, else on the first.")
    private String url = "";

    @Option(
            names = {"-H", "--header"},
            paramLabel = "'NAME: VALUE'",
            converter = FieldConverter.class,
            description = "A header field; repeatable.")
    private List<HeaderField> fields = List.of();

    @Option(
            names = "--client",
            paramLabel = "IP",
            defaultValue = "127.0.0.1",
            converter = AddressConverter.class,
            description = "Address of the client (default: ${DEFAULT-VALUE}).")
    private String client = "127.0.0.1";

    @Option(
            names = "--as",
            paramLabel = "CONSUMER",
            description = "The consumer who asks; without it nobody known does.")
    private @Nullable String as;

    ExplainCommand(Gatehouse.Console console) {
        this.console = console;
    }

    /** A header field as typed. */
    record HeaderField(String name, String value) {}

    /** Reads {@code name: value}. */
    static final class FieldConverter implements ITypeConverter<HeaderField> {
        @Override
        public HeaderField convert(String text) {
            var colon = text.indexOf(':');
            if (colon < 1) {
                throw new TypeConversionException("'" + text + "' is not of the form 'name: value'");
            }
            return new HeaderField(
                    text.substring(0, colon).strip(), text.substring(colon + 1).strip());
        }
    }

    /** Reads an address without a port. */
    static final class AddressConverter implements ITypeConverter<String> {
        @Override
        public String convert(String text) {
            if (!NetUtil.isValidIpV4Address(text) && !NetUtil.isValidIpV6Address(text)) {
                throw new TypeConversionException("'" + text + "' is no IP address");
            }
            return text;
        }
    }

    /** Lets pass what a client could ask for, be it right or wrong; what has no scheme or no host it could not. */
    static final class UrlConverter implements ITypeConverter<String> {
        private static final List<String> SCHEMES = List.of("http://", "https://", "ws://", "wss://");

        @Override
        public String convert(String text) {
            var scheme = SCHEMES.stream()
                    .filter(text::startsWith)
                    .mapToInt(String::length)
                    .findFirst()
                    .orElse(0);
            var end = scheme;
            while (end < text.length() && "/?#".indexOf(text.charAt(end)) < 0) {
                end++;
            }
            if (scheme == 0 || end == scheme || !isAuthority(text.substring(scheme, end))) {
                throw new TypeConversionException("'" + text + "' is no URL such as http://localhost:8080/path");
            }
            return text;
        }

        private static boolean isAuthority(String text) {
            try {
                return !Authority.host(text).isEmpty();
            } catch (ProblemException e) {
                return false;
            }
        }
    }

    @Override
    public Integer call() throws ConfigException {
        var blueprint = files.blueprint();
        if (as != null && !blueprint.config().consumers().containsKey(as)) {
            console.err().println("there is no consumer " + as + " in the configuration");
            return Gatehouse.COMMAND_LINE_WRONG;
        }
        var explainer = new Explainer(blueprint);
        print(blueprint, explainer.explain(method, url, headers(), client, explainer.identity(as, Map.of())));
        return Gatehouse.FINE;
    }

    /** Fields by name; those of one name are one list (RFC 9110 §5.3). */
    private Map<String, String> headers() {
        var headers = new LinkedHashMap<String, String>();
        fields.forEach(field -> headers.merge(field.name(), field.value(), (one, more) -> one + ", " + more));
        return headers;
    }

    private void print(Blueprint blueprint, Explainer.Answer answer) {
        var out = console.out();
        out.println(method + " " + url + " on listener " + answer.listener());
        out.println();
        var table = new TextTable("  ");
        if (answer.route() == null) {
            table.row("route", "none");
            table.row("answer", whyNone(answer));
        } else {
            table.row("route", answer.route());
            table.row("leads to", leadsTo(blueprint, answer.route()));
            if (answer.service() != null && !leadsTo(blueprint, answer.route()).endsWith(answer.service())) {
                table.row("service", answer.service());
            }
            table.row("upstream path", Objects.requireNonNullElse(answer.upstreamPath(), "none"));
            if (answer.status() != null) {
                table.row("answer", whyNone(answer));
            }
        }
        table.print(out);
        if (!answer.policies().isEmpty()) {
            out.println();
            out.println("Policies, in the order in which they run:");
            var policies = new TextTable("  ");
            answer.policies().forEach(policy -> policies.row(policy.key(), policy.settings()));
            policies.print(out);
        }
        if (!answer.lost().isEmpty()) {
            out.println();
            out.println("Other routes:");
            var lost = new TextTable("  ");
            answer.lost().forEach(other -> lost.row(other.route(), other.why()));
            lost.print(out);
        }
    }

    private static String whyNone(Explainer.Answer answer) {
        var status = String.valueOf(answer.status());
        if (answer.allow() != null) {
            return status + " with Allow: " + answer.allow();
        }
        return answer.detail() == null ? status : status + ": " + answer.detail();
    }

    /** What stands at the end of a route. */
    static String leadsTo(Blueprint blueprint, String route) {
        var to = Objects.requireNonNull(blueprint.config().routes().get(route)).to();
        if (to.isForward()) {
            return "where the client wants to go";
        }
        if (to.service() != null) {
            return "service " + to.service();
        }
        if (to.rpc() != null) {
            return "calls of service " + to.rpc();
        }
        if (to.topic() != null) {
            return "topic " + to.topic();
        }
        if (!to.split().isEmpty()) {
            return "services "
                    + to.split().entrySet().stream()
                            .map(share -> share.getKey() + " " + share.getValue())
                            .collect(Collectors.joining(", "))
                    + ", by " + to.sticky();
        }
        if (to.redirect() != null) {
            return "redirect " + to.status() + " to " + to.redirect();
        }
        return to.respond() != null ? "answer " + to.respond().status() : "files " + to.files();
    }
}
