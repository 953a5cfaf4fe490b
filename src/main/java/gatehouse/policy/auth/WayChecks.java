package gatehouse.policy.auth;

import gatehouse.config.Checked.Complaints;
import gatehouse.exchange.Fields;
import gatehouse.policy.NamedFiles;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Finds what is wrong with the settings of {@code auth} that their records can't know: the files that they name. */
final class WayChecks {
    private final NamedFiles files;
    private final Complaints complaints;

    WayChecks(NamedFiles files, Complaints complaints) {
        this.files = files;
        this.complaints = complaints;
    }

    void check(AuthConfig config) {
        check("", config.jwt(), config.basic(), config.external(), config.any(), config.all());
    }

    private void check(
            String prefix,
            @Nullable JwtConfig jwt,
            AuthConfig.@Nullable Basic basic,
            AuthConfig.@Nullable External external,
            @Nullable List<AuthConfig.Way> any,
            @Nullable List<AuthConfig.Way> all) {
        if (jwt != null) {
            Keys.check(jwt, files, prefix + "jwt.", complaints);
        }
        if (basic != null && !files.areSealed()) {
            checkPasswords(prefix, basic);
        }
        if (external != null) {
            Fetcher.check(external.ca(), files, prefix + "external.ca", complaints);
        }
        checkAll(prefix + "any", any);
        checkAll(prefix + "all", all);
    }

    /** Whether one of them looks at what a browser sends along for whatever page. */
    static boolean isByBrowser(
            @Nullable JwtConfig jwt,
            AuthConfig.@Nullable Basic basic,
            AuthConfig.@Nullable External external,
            @Nullable List<AuthConfig.Way> any,
            @Nullable List<AuthConfig.Way> all) {
        return basic != null
                || (jwt != null && jwt.from().cookie() != null)
                || (external != null
                        && external.send().stream()
                                .anyMatch(name -> Fields.is(name, "cookie") || Fields.is(name, "authorization")))
                || Stream.concat(
                                any == null ? Stream.empty() : any.stream(),
                                all == null ? Stream.empty() : all.stream())
                        .anyMatch(way -> isByBrowser(way.jwt(), way.basic(), way.external(), way.any(), way.all()));
    }

    /** Parameters of the query that one of them looks at. */
    static Stream<String> secretParameters(
            @Nullable JwtConfig jwt,
            AuthConfig.@Nullable ApiKey apiKey,
            @Nullable List<AuthConfig.Way> any,
            @Nullable List<AuthConfig.Way> all) {
        var own = Stream.concat(
                jwt == null ? Stream.empty() : Stream.ofNullable(jwt.from().query()),
                apiKey == null ? Stream.empty() : Stream.ofNullable(apiKey.query()));
        return Stream.concat(
                own,
                Stream.of(any == null ? List.<AuthConfig.Way>of() : any, all == null ? List.<AuthConfig.Way>of() : all)
                        .flatMap(List::stream)
                        .flatMap(way -> secretParameters(way.jwt(), way.apiKey(), way.any(), way.all())));
    }

    /** The longest time that a token lives which one of them takes; zero where none takes tokens. */
    static Duration longestLifetime(
            @Nullable JwtConfig jwt, @Nullable List<AuthConfig.Way> any, @Nullable List<AuthConfig.Way> all) {
        var longest = jwt == null ? Duration.ZERO : jwt.maxLifetime();
        for (var way : any != null ? any : all != null ? all : List.<AuthConfig.Way>of()) { // one of them at most
            var other = longestLifetime(way.jwt(), way.any(), way.all());
            longest = other.compareTo(longest) > 0 ? other : longest;
        }
        return longest;
    }

    private void checkAll(String key, @Nullable List<AuthConfig.Way> ways) {
        if (ways == null) {
            return;
        }
        if (ways.isEmpty()) {
            complaints.add(key, "[]", "at least one way");
        }
        for (var i = 0; i < ways.size(); i++) {
            var way = ways.get(i);
            check(key + "." + i + ".", way.jwt(), way.basic(), way.external(), way.any(), way.all());
        }
    }

    private void checkPasswords(String prefix, AuthConfig.Basic basic) {
        try {
            var unused = Htpasswd.read(files.read(basic.file(), Htpasswd.MOST_BYTES));
        } catch (IOException | IllegalArgumentException e) {
            complaints.add(
                    prefix + "basic.file",
                    basic.file() + ": " + e.getMessage(),
                    "a file of name:hash lines, with bcrypt");
        }
    }
}
