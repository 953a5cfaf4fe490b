package gatehouse.admin;

import gatehouse.config.AdminConfig.Role;
import gatehouse.policy.Revocations;
import gatehouse.policy.auth.Auth;
import gatehouse.problem.Problem;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeParseException;
import java.util.Map;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tokens that are not taken any more: one by its {@code jti}, or all that a subject had been issued by some time. */
final class RevocationsApi {
    private static final Logger LOG = LoggerFactory.getLogger(RevocationsApi.class);
    private static final int LONGEST = 1024;
    private static final Duration LEAST_KEEP = Duration.ofHours(25);

    /** Beyond the longest life of a token: clocks, leeway, and what was issued at the very moment. */
    private static final Duration MARGIN = Duration.ofHours(1);

    private static final Duration LONGEST_KEEP = Duration.ofDays(366);

    private final AdminNode node;
    private final Revocations revocations;
    private final InstantSource wallTime;

    RevocationsApi(AdminNode node, InstantSource wallTime) {
        this.node = node;
        this.revocations = node.revocations();
        this.wallTime = wallTime;
    }

    void add(Endpoints endpoints) {
        endpoints.read("/admin/v1/revocations", this::count);
        endpoints.submit(HttpMethod.POST, "/admin/v1/revocations", Role.ADMIN, Bodies.Kind.JSON, this::revoke);
    }

    private void count(RoutingContext context) {
        Answers.json(context, counted());
    }

    private JsonObject counted() {
        return new JsonObject().put("revocations", revocations.size());
    }

    /** Until no token can be there any more that a route takes. */
    private Duration keep() {
        var longest = LEAST_KEEP;
        for (var route : node.snapshots().current().routes().values()) {
            var auth = route.effective().get(Auth.TYPE.key(), Auth.TYPE.config());
            var needed =
                    auth == null ? Duration.ZERO : Auth.longestLifetime(auth).plus(MARGIN);
            longest = needed.compareTo(longest) > 0 ? needed : longest;
        }
        return longest.compareTo(LONGEST_KEEP) > 0 ? LONGEST_KEEP : longest;
    }

    private void revoke(RoutingContext context) {
        var body = JsonBody.of(context, "jti", "subject", "before", "until");
        var token = body.text("jti");
        var subject = body.text("subject");
        if ((token == null) == (subject == null)) {
            throw JsonBody.refused("jti", token == null ? "and subject are both missing" : "stands beside subject");
        }
        check(Objects.requireNonNullElse(token, "x"), "jti");
        check(Objects.requireNonNullElse(subject, "x"), "subject");
        var now = wallTime.instant();
        var until = time(body, "until", now.plus(keep()));
        if (until.isBefore(now) || until.isAfter(now.plus(LONGEST_KEEP))) {
            throw JsonBody.refused("until", "is not within a year from now");
        }
        if (token != null && body.text("before") != null) {
            throw JsonBody.refused("before", "stands beside jti");
        }
        try {
            if (token != null) {
                revocations.revokeToken(token, until);
            } else {
                revocations.revokeSubject(Objects.requireNonNull(subject), time(body, "before", now), until);
            }
        } catch (IllegalStateException e) {
            throw Problem.conflict("There are too many revocations.").asFailure(e);
        }
        LOG.info("admin API: {} revoked until {}", token != null ? "a token" : "the tokens of a subject", until);
        AdminChange.tell(
                context, "revocation", Map.of("of", token != null ? "token" : "subject", "until", until.toString()));
        Answers.json(context, counted().put("until", until.toString()));
    }

    private static void check(String text, String field) {
        if (text.isEmpty() || text.length() > LONGEST) {
            throw JsonBody.refused(field, "is empty or longer than " + LONGEST + " characters");
        }
    }

    private static Instant time(JsonBody body, String field, Instant otherwise) {
        var text = body.text(field);
        try {
            return text == null ? otherwise : Instant.parse(text);
        } catch (DateTimeParseException e) {
            throw JsonBody.refused(field, "is not a time such as 2026-01-31T12:00:00Z");
        }
    }
}
