package gatehouse.policy.auth;

import gatehouse.policy.Surroundings;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Makes ways of their settings. Routes with the same settings share one, and so does the next snapshot. */
final class Ways {
    private final Surroundings surroundings;

    Ways(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    Way of(AuthConfig config) {
        return of(config.jwt(), config.apiKey(), config.basic(), config.external(), config.any(), config.all(), true);
    }

    private Way of(AuthConfig.Way config, boolean isAlone) {
        return of(
                config.jwt(), config.apiKey(), config.basic(), config.external(), config.any(), config.all(), isAlone);
    }

    private Way of(
            @Nullable JwtConfig jwt,
            AuthConfig.@Nullable ApiKey apiKey,
            AuthConfig.@Nullable Basic basic,
            AuthConfig.@Nullable External external,
            @Nullable List<AuthConfig.Way> any,
            @Nullable List<AuthConfig.Way> all,
            boolean isAlone) {
        if (jwt != null) {
            return jwt(jwt);
        }
        if (apiKey != null) {
            return new ApiKeyWay(apiKey, surroundings);
        }
        if (basic != null) {
            return basic(basic);
        }
        if (external != null) {
            return external(external);
        }
        if (any != null) {
            return new AnyWay(any.stream().map(each -> of(each, isAlone)).toList(), isAlone);
        }
        return new AllWays(Objects.requireNonNull(all).stream()
                .map(each -> of(each, false))
                .toList());
    }

    private Way jwt(JwtConfig config) {
        var stamp = List.of(config, surroundings.consumers(), stamps(config));
        // asked for before, as things kept are not made one inside the other
        var keys = Keys.of(config, surroundings);
        var vertx = surroundings.vertx();
        var forms = surroundings.kept().get(FormBodies.class, "forms", () -> new FormBodies(vertx));
        return surroundings.kept().get(JwtWay.class, stamp, () -> new JwtWay(config, keys, forms, surroundings));
    }

    /** What the files say: with other keys it is another way. */
    private List<Digest> stamps(JwtConfig config) {
        var jwks = config.jwks();
        var named = config.keys().stream().map(JwtConfig.SigningKey::pem).filter(Objects::nonNull);
        var set = jwks == null ? null : jwks.isUrl() ? jwks.ca() : jwks.at();
        var files = Stream.concat(named, Stream.ofNullable(set));
        return files.map(file -> Digest.of(read(Objects.requireNonNull(file), Jwk.MOST_BYTES)))
                .toList();
    }

    private Way basic(AuthConfig.Basic config) {
        var file = read(config.file(), Htpasswd.MOST_BYTES);
        var stamp = List.of(config, surroundings.consumers(), Digest.of(file));
        return surroundings
                .kept()
                .get(BasicWay.class, stamp, () -> new BasicWay(config, Htpasswd.read(file), surroundings));
    }

    private Way external(AuthConfig.External config) {
        var fetcher = Fetcher.shared(surroundings, config.ca());
        return surroundings
                .kept()
                .get(ExternalWay.class, List.of(config, fetcher), () -> new ExternalWay(config, surroundings, fetcher));
    }

    private byte[] read(String name, int mostBytes) {
        try {
            return surroundings.files().read(name, mostBytes);
        } catch (IOException e) {
            throw new IllegalStateException(name + " " + e.getMessage(), e);
        }
    }
}
