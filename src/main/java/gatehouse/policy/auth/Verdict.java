package gatehouse.policy.auth;

import gatehouse.exchange.Identity;
import gatehouse.problem.Problem;
import io.vertx.core.Future;
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
    static final Verdict ABSENT = new Verdict(Kind.ABSENT, null, null, null, Map.of());

    /** How credentials were found. */
    private enum Kind {
        ABSENT,
        GOOD,
        REFUSED,
        WRONG,
        WRONG_GUESS
    }

    private final Kind kind;
    private final @Nullable Identity identity;
    private final @Nullable Problem refusal;
    private final @Nullable Redirect redirect;
    private final Map<String, String> given;
    private final Future<Verdict> future;

    private Verdict(
            Kind kind,
            @Nullable Identity identity,
            @Nullable Problem refusal,
            @Nullable Redirect redirect,
            Map<String, String> given) {
        this.kind = kind;
        this.identity = identity;
        this.refusal = refusal;
        this.redirect = redirect;
        this.given = given;
        this.future = Future.succeededFuture(this);
    }

    /** Somebody known, of whom the service is told in these header fields. */
    static Verdict known(Identity identity, Map<String, String> given) {
        return new Verdict(Kind.GOOD, identity, null, null, Map.copyOf(given));
    }

    /** Somebody who may not pass, whether or not there were credentials. */
    static Verdict refused(Problem problem) {
        return new Verdict(Kind.REFUSED, null, problem, null, Map.of());
    }

    /** 401 by credentials of a kind that this challenge asks for. */
    static Verdict refused(String challenge, String detail) {
        return new Verdict(Kind.WRONG, null, Problem.unauthorized(challenge, detail), null, Map.of());
    }

    /** 401 by credentials that can be guessed by trying. */
    static Verdict wrongGuess(String challenge, String detail) {
        return new Verdict(Kind.WRONG_GUESS, null, Problem.unauthorized(challenge, detail), null, Map.of());
    }

    /**
     * 401 by somebody who has shown nothing, with a challenge of its own.
     *
     * @param redirect where such a one is sent instead; null for nowhere
     */
    static Verdict absent(Problem problem, @Nullable Redirect redirect) {
        return new Verdict(Kind.ABSENT, null, problem, redirect, Map.of());
    }

    /** Somebody who is not known by what was shown and is sent elsewhere, or 401 where nobody can be sent. */
    static Verdict refused(Problem problem, Redirect redirect) {
        return new Verdict(Kind.REFUSED, null, problem, redirect, Map.of());
    }

    /** The same, of somebody who is known but has guessed besides. */
    Verdict besideGuess() {
        return new Verdict(Kind.WRONG_GUESS, identity, refusal, redirect, given);
    }

    /** Whether there were credentials that can be guessed by trying, and wrong ones. */
    boolean isGuess() {
        return kind == Kind.WRONG_GUESS;
    }

    @Nullable Identity identity() {
        return identity;
    }

    @Nullable Problem refusal() {
        return refusal;
    }

    /** Where somebody who is not known is sent, or null. */
    @Nullable Redirect redirect() {
        return redirect;
    }

    /** Whether there were credentials, and wrong ones. */
    boolean isWrong() {
        return kind == Kind.WRONG || kind == Kind.WRONG_GUESS;
    }

    /** Header fields for the service. */
    Map<String, String> given() {
        return given;
    }

    /** Whether there are no credentials of its kind; what was said of that, if anything, is the refusal. */
    boolean isAbsent() {
        return kind == Kind.ABSENT;
    }

    /** Whether it is for one request alone. */
    boolean isPersonal() {
        return redirect != null && redirect.isPersonal();
    }

    /** Itself, at once. */
    Future<Verdict> soon() {
        return future;
    }

    /** Of two that both don't know the caller what the client is told: the first refusal, or else the first that says where to go. */
    Verdict or(Verdict next) {
        return !isAbsent() || (redirect != null && next.isAbsent()) ? this : next;
    }

    /** What several ways have found out of the same caller; the first one counts where they differ. */
    static Verdict together(List<Verdict> verdicts) {
        String consumer = null;
        Set<String> groups = new HashSet<>();
        var claims = new LinkedHashMap<String, Object>();
        var given = new LinkedHashMap<String, String>();
        for (var verdict : verdicts) {
            var each = verdict.identity == null ? Identity.NOBODY : verdict.identity;
            consumer = consumer == null ? each.consumer() : consumer;
            groups.addAll(each.groups());
            each.claims().forEach(claims::putIfAbsent);
            verdict.given.forEach(given::putIfAbsent);
        }
        return known(new Identity(consumer, groups, claims), given);
    }
}
