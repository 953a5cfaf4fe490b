package gatehouse.policy.auth;

import gatehouse.exchange.Identity;
import gatehouse.problem.Problem;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What one way of asking has found out: that there are no credentials of its kind, that they are refused, or who calls.
 * Immutable, and shared by requests with the same credentials.
 */
final class Verdict {
    /** No credentials of this kind. */
    static final Verdict ABSENT = new Verdict(null, null, Map.of(), false, false);

    private final @Nullable Identity identity;
    private final @Nullable Problem refusal;
    private final Map<String, String> given;
    private final boolean isWrong;
    private final boolean isGuess;
    private final Future<Verdict> future;

    private Verdict(
            @Nullable Identity identity,
            @Nullable Problem refusal,
            Map<String, String> given,
            boolean isWrong,
            boolean isGuess) {
        this.isWrong = isWrong;
        this.isGuess = isGuess;
        this.identity = identity;
        this.refusal = refusal;
        this.given = given;
        this.future = Future.succeededFuture(this);
    }

    /** Somebody known, of whom the service is told in these header fields. */
    static Verdict known(Identity identity, Map<String, String> given) {
        return new Verdict(identity, null, Map.copyOf(given), false, false);
    }

    /** Somebody who may not pass, whether or not there were credentials. */
    static Verdict refused(Problem problem) {
        return new Verdict(null, problem, Map.of(), false, false);
    }

    /** 401 by credentials of a kind that this challenge asks for. */
    static Verdict refused(String challenge, String detail) {
        return new Verdict(null, Problem.unauthorized(challenge, detail), Map.of(), true, false);
    }

    /** 401 by credentials that can be guessed by trying. */
    static Verdict wrongGuess(String challenge, String detail) {
        return new Verdict(null, Problem.unauthorized(challenge, detail), Map.of(), true, true);
    }

    /** The same, of somebody who is known but has guessed besides. */
    Verdict besideGuess() {
        return new Verdict(identity, refusal, given, true, true);
    }

    /** Whether there were credentials that can be guessed by trying, and wrong ones. */
    boolean isGuess() {
        return isGuess;
    }

    @Nullable Identity identity() {
        return identity;
    }

    @Nullable Problem refusal() {
        return refusal;
    }

    /** Whether there were credentials, and wrong ones. */
    boolean isWrong() {
        return isWrong;
    }

    /** Header fields for the service. */
    Map<String, String> given() {
        return given;
    }

    boolean isAbsent() {
        return identity == null && refusal == null;
    }

    /** Itself, at once. */
    Future<Verdict> soon() {
        return future;
    }

    /** What several ways have found out of the same caller; the first one counts where they differ. */
    static Verdict together(List<Verdict> verdicts) {
        String consumer = null;
        Set<String> groups = new HashSet<>();
        var claims = new LinkedHashMap<String, Object>();
        var given = new LinkedHashMap<String, String>();
        for (var verdict : new ArrayList<>(verdicts)) {
            var each = verdict.identity == null ? Identity.NOBODY : verdict.identity;
            consumer = consumer == null ? each.consumer() : consumer;
            groups.addAll(each.groups());
            each.claims().forEach(claims::putIfAbsent);
            verdict.given.forEach(given::putIfAbsent);
        }
        return known(new Identity(consumer, groups, claims), given);
    }
}
