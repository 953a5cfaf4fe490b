package gatehouse.policy.auth;

import gatehouse.config.Checked.Complaints;
import gatehouse.policy.NamedFiles;
import gatehouse.policy.Surroundings;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** The keys that {@code auth.jwt} names, wherever they are. */
final class Keys implements KeySource {
    private final KeySet fixed;
    private final KeySource others;
    private volatile Together last;

    /** Both, made when the others were seen last. */
    private record Together(KeySet others, KeySet all) {}

    private Keys(KeySet fixed, KeySource others) {
        this.fixed = fixed;
        this.others = others;
        this.last = new Together(KeySet.EMPTY, fixed);
    }

    /** Reads files now; a URL is asked for the first time. */
    static Keys of(JwtConfig config, Surroundings surroundings) {
        var vertx = surroundings.vertx();
        var list = new ArrayList<VerifyingKey>();
        for (var key : config.keys()) {
            try {
                list.add(key(vertx, key, surroundings.files()));
            } catch (IOException e) {
                throw new IllegalStateException(key.pem() + " " + e.getMessage(), e);
            }
        }
        return new Keys(new KeySet(list), others(config, surroundings));
    }

    private static KeySource others(JwtConfig config, Surroundings surroundings) {
        var jwks = config.jwks();
        if (jwks == null) {
            return KeySource.fixed(KeySet.EMPTY);
        }
        var vertx = surroundings.vertx();
        if (!jwks.isUrl()) {
            try {
                var bytes = surroundings.files().read(jwks.at(), Jwk.MOST_BYTES);
                return KeySource.fixed(KeySet.of(vertx, Jwk.set(bytes, true)));
            } catch (IOException e) {
                throw new IllegalStateException(jwks.at() + " " + e.getMessage(), e);
            }
        }
        var fetcher = Fetcher.shared(surroundings, jwks.ca());
        var remote = surroundings
                .kept()
                .get(
                        RemoteKeys.class,
                        List.of(jwks, fetcher),
                        () -> new RemoteKeys(
                                vertx,
                                fetcher,
                                jwks.at(),
                                RemoteKeys.Times.refreshing(jwks.refresh()),
                                surroundings.nanoTime()));
        if (remote.keys().isEmpty()) {
            var unused = remote.lookAgain();
        }
        return remote;
    }

    private static VerifyingKey key(Vertx vertx, JwtConfig.SigningKey key, NamedFiles files) throws IOException {
        var keyId = Objects.requireNonNullElse(key.kid(), "");
        if (key.secret() != null) {
            var algorithm = Objects.requireNonNullElse(key.algorithm(), Algorithm.HS256);
            return VerifyingKey.secret(vertx, algorithm, keyId, key.secret());
        }
        var pem = PemKey.readPublic(files.read(Objects.requireNonNull(key.pem()), PemKey.MOST_BYTES));
        var algorithm =
                Objects.requireNonNullElse(key.algorithm(), Objects.requireNonNull(Algorithm.usual(pem.family())));
        return VerifyingKey.pem(vertx, algorithm, keyId, pem.text());
    }

    /** Tells what is wrong with the files that are named. */
    static void check(JwtConfig config, NamedFiles files, String prefix, Complaints complaints) {
        if (files.areSealed()) {
            return;
        }
        for (var i = 0; i < config.keys().size(); i++) {
            checkPem(config.keys().get(i), files, prefix + "keys." + i, complaints);
        }
        var jwks = config.jwks();
        if (jwks == null) {
            return;
        }
        Fetcher.check(jwks.ca(), files, prefix + "jwks.ca", complaints);
        if (jwks.isUrl()) {
            return;
        }
        try {
            var unused = Jwk.set(files.read(jwks.at(), Jwk.MOST_BYTES), true);
        } catch (IOException | IllegalArgumentException e) {
            complaints.add(prefix + "jwks.at", jwks.at() + ": " + e.getMessage(), "a file with a JSON Web Key Set");
        }
    }

    private static void checkPem(JwtConfig.SigningKey key, NamedFiles files, String place, Complaints complaints) {
        if (key.pem() == null) {
            return;
        }
        var expected =
                "a PEM file with a public key or certificate: RSA of 2048 bits or more, P-256, P-384, P-521 or Ed25519";
        try {
            var pem = PemKey.readPublic(files.read(key.pem(), PemKey.MOST_BYTES));
            var algorithm = key.algorithm();
            if (algorithm != null && !algorithm.family().equals(pem.family())) {
                complaints.add(place + ".algorithm", algorithm.text(), "an algorithm for " + pem.family() + " keys");
            }
        } catch (IOException | IllegalArgumentException e) {
            complaints.add(place + ".pem", key.pem() + " " + e.getMessage(), expected);
        }
    }

    @Override
    public KeySet keys() {
        return with(others.keys());
    }

    private KeySet with(KeySet found) {
        var known = last;
        if (known.others != found) {
            known = new Together(found, fixed.and(found));
            last = known;
        }
        return known.all;
    }

    @Override
    public Future<KeySet> lookAgain() {
        return others.lookAgain().map(this::with);
    }
}
