package gatehouse.launch;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import gatehouse.policy.auth.Minting;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** {@code token}: a token to try a configuration with. */
@Command(
        name = "token",
        description = "Mint a JSON Web Token to try things with. It is printed on one line.",
        footer = {"", "A value that is JSON is taken as such: --claim level=3 --claim 'groups=[\"staff\"]'."})
final class TokenCommand implements Callable<Integer> {
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private final Gatehouse.Console console;

    @ArgGroup(multiplicity = "1")
    private With with = new With();

    @Option(
            names = "--claim",
            paramLabel = "NAME=VALUE",
            converter = ClaimConverter.class,
            description = "What it says; repeatable. exp and iat are added where they are not given.")
    private List<Claim> claims = List.of();

    @Option(
            names = "--lifetime",
            paramLabel = "SECONDS",
            defaultValue = "3600",
            description = "How long it is good (default: ${DEFAULT-VALUE}).")
    private long lifetime = 3600;

    @Option(names = "--algorithm", paramLabel = "NAME", description = "Such as RS256; by default what the key says.")
    private @Nullable String algorithm;

    @Option(names = "--kid", paramLabel = "ID", description = "Name of the key.")
    private @Nullable String keyId;

    TokenCommand(Gatehouse.Console console) {
        this.console = console;
    }

    /** What signs it. */
    static final class With {
        @Option(names = "--key", paramLabel = "FILE", required = true, description = "A private key, PEM in PKCS #8.")
        private @Nullable Path key;

        @Option(
                names = "--secret",
                paramLabel = "SECRET",
                required = true,
                description = "A secret of 32 bytes or more. Others may see it in the list of processes.")
        private @Nullable String secret;
    }

    /** A claim as typed. */
    record Claim(String name, Object value) {}

    /** Reads {@code name=value}. */
    static final class ClaimConverter implements ITypeConverter<Claim> {
        @Override
        public Claim convert(String text) {
            var equals = text.indexOf('=');
            if (equals < 1) {
                throw new TypeConversionException("'" + text + "' is not of the form name=value");
            }
            return new Claim(text.substring(0, equals), value(text.substring(equals + 1)));
        }

        private static Object value(String text) {
            try {
                var read = JSON.readValue(text, Object.class);
                return read == null ? text : read;
            } catch (JsonProcessingException e) {
                return text;
            }
        }
    }

    @Override
    public Integer call() {
        Minting minting;
        try {
            minting = minting();
        } catch (IOException | IllegalArgumentException e) {
            console.err().println(e.getMessage());
            return Gatehouse.COMMAND_LINE_WRONG;
        }
        var vertx = Vertx.vertx();
        console.out().println((keyId == null ? minting : minting.named(keyId)).token(vertx, said()));
        var unused = vertx.close();
        return Gatehouse.FINE;
    }

    private Minting minting() throws IOException {
        if (with.secret != null) {
            return Minting.withSecret(with.secret, algorithm);
        }
        var file = with.key;
        if (file == null || !Files.isRegularFile(file)) {
            throw new IOException("there is no file " + file);
        }
        try {
            return Minting.withKey(Files.readAllBytes(file), algorithm);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(file + " " + e.getMessage(), e);
        }
    }

    private Map<String, Object> said() {
        var now = Instant.now().getEpochSecond();
        var said = new LinkedHashMap<String, Object>();
        claims.forEach(claim -> said.put(claim.name(), claim.value()));
        said.putIfAbsent("iat", now);
        said.putIfAbsent("exp", now + lifetime);
        return said;
    }
}
