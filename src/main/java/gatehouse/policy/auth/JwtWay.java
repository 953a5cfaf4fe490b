package gatehouse.policy.auth;

import gatehouse.exchange.Exchange;
import gatehouse.exchange.Identity;
import gatehouse.policy.Revocations;
import gatehouse.policy.Surroundings;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Callers with a JSON Web Token (RFC 7519, RFC 6750, with what RFC 8725 advises). Verifying costs less than a hand-over to
 * another thread, so it is done on the event loop; what was verified is remembered by hash, good for a while and bad for a
 * moment. The last of them are known by their text besides, as the hash would cost more than all the rest.
 */
final class JwtWay implements Way {
    private static final String CHALLENGE = "Bearer";
    private static final int MOST_GOOD = 20_000;

    /** Part of the heap that what was verified may take: who may have tokens may have many, and long ones. */
    private static final int PART_OF_HEAP = 16;

    /** What a token takes here as values of JSON, for each of its characters and besides; rather more. */
    private static final int BYTES_A_CHARACTER = 4;

    private static final int BYTES_BESIDES = 500;
    private static final int MOST_BAD = 10_000;
    private static final long BAD_NANOS = 10_000_000_000L;

    private final JwtConfig config;
    private final KeySource keys;
    private final Claims claims;
    private final TokenPlace place;
    private final Set<Algorithm> algorithms;
    private final Consumers consumers;
    private final Revocations revocations;
    private final Surroundings surroundings;
    private final LongSupplier nanoTime;
    private final List<String> fields;
    private final Recent<Known> recent = new Recent<>();
    private final Seen<Known> good = new Seen<>(MOST_GOOD, Runtime.getRuntime().maxMemory() / PART_OF_HEAP);
    private final Seen<Verdict> bad = new Seen<>(MOST_BAD);
    private final Verdict revoked = refused("The token is revoked.");
    private final Verdict several = refused("There is more than one token.");

    /** A token that was verified; {@code keys} are those that did it, so that others start anew. */
    private record Known(Verdict verdict, String id, String subject, long issuedAt, KeySet keys, long endNanos) {}

    JwtWay(JwtConfig config, KeySource keys, FormBodies forms, Surroundings surroundings) {
        this.config = config;
        this.keys = keys;
        this.surroundings = surroundings;
        claims = new Claims(config, surroundings.wallTime());
        place = new TokenPlace(config.from(), forms);
        algorithms =
                config.algorithms().isEmpty() ? EnumSet.allOf(Algorithm.class) : EnumSet.copyOf(config.algorithms());
        consumers = new Consumers(surroundings.consumers());
        revocations = surroundings.revocations();
        nanoTime = surroundings.nanoTime();
        fields = List.copyOf(config.headers().keySet());
    }

    @Override
    public Future<Verdict> look(Exchange exchange) {
        var field = place.field(exchange);
        var shown = field == null ? place.findElsewhere(exchange) : field;
        if (!place.mayBeInForm(exchange)) {
            return shown == null ? Verdict.ABSENT.soon() : look(shown, field != null);
        }
        if (shown == null) {
            return place.findInForm(exchange)
                    .compose(found -> found == null ? Verdict.ABSENT.soon() : look(found, false));
        }
        var token = field == null ? shown : TokenPlace.token(field);
        return look(shown, field != null)
                .compose(verdict -> verdict.identity() == null ? verdict.soon() : besideForm(exchange, token, verdict));
    }

    /** A form goes on as it came, so what it holds must not be another token than the one that was looked at. */
    private Future<Verdict> besideForm(Exchange exchange, String token, Verdict verdict) {
        return place.findInForm(exchange)
                .compose(found -> found == null || found.equals(token) ? verdict.soon() : several.soon());
    }

    /**
     * @param shown a token, or the field that it stands in, which is known as it is: no part of it is copied
     */
    private Future<Verdict> look(String shown, boolean isField) {
        var now = nanoTime.getAsLong();
        var keySet = keys.keys();
        var last = recent.get(shown, now);
        if (last != null && last.keys.isSameAs(keySet)) {
            return now(last);
        }
        var text = isField ? TokenPlace.token(shown) : shown;
        if (text.length() > Token.MOST_CHARACTERS) {
            return refused("The token is too long.").soon();
        }
        var hash = Digest.of(text);
        var known = good.get(hash, now);
        if (known != null && known.keys.isSameAs(keySet)) {
            recent.put(shown, known, known.endNanos);
            return now(known);
        }
        var seen = bad.get(hash, now);
        return seen != null ? seen.soon() : verify(text, hash, keySet);
    }

    private Future<Verdict> now(Known known) {
        return revocations.isRevoked(known.id, known.subject, known.issuedAt) ? revoked.soon() : known.verdict.soon();
    }

    private Future<Verdict> verify(String text, Digest hash, KeySet keySet) {
        Token token;
        double expires;
        try {
            token = Token.read(text);
            if (!algorithms.contains(token.algorithm())) {
                throw new Token.Refused("The token is not signed in a way that is taken here.");
            }
            expires = claims.check(token);
        } catch (Token.Refused e) {
            return remember(hash, String.valueOf(e.getMessage()));
        }
        if (keySet.mayHaveSigned(token)) {
            return decide(token, text, hash, expires, keySet);
        }
        return Looking.here(surroundings.vertx(), keys.lookAgain()).compose(newer -> {
            if (newer.isEmpty()) {
                return Future.failedFuture(Looking.unavailable().asFailure());
            }
            return newer.mayHaveSigned(token)
                    ? decide(token, text, hash, expires, newer)
                    : refused("The token is signed with a key that is not known here.")
                            .soon();
        });
    }

    private Future<Verdict> decide(Token token, String text, Digest hash, double expires, KeySet keySet) {
        if (!keySet.hasSigned(token, text)) {
            return remember(hash, "The token's signature does not hold.");
        }
        var issued = token.time("iat");
        var left = (long) ((expires - surroundings.wallTime().millis() / 1000d) * 1e9);
        var end = nanoTime.getAsLong() + Math.min(left, config.cache().toNanos());
        var known = new Known(
                Verdict.known(identity(token), given(token.claims())),
                token.text("jti"),
                token.text("sub"),
                issued == null ? 0 : issued.longValue(),
                keySet,
                end);
        good.put(hash, known, end, BYTES_A_CHARACTER * text.length() + BYTES_BESIDES);
        return now(known);
    }

    private Future<Verdict> remember(Digest hash, String why) {
        var verdict = refused(why);
        bad.put(hash, verdict, nanoTime.getAsLong() + BAD_NANOS);
        return verdict.soon();
    }

    private static Verdict refused(String why) {
        return Verdict.refused("Bearer error=\"invalid_token\", error_description=\"" + why + "\"", why);
    }

    private Identity identity(Token token) {
        var told = new Identity(null, Set.of(), token.claims());
        var groups = new HashSet<String>();
        if (told.claim(config.groups()) instanceof Collection<?> list) {
            list.stream().filter(String.class::isInstance).forEach(group -> groups.add((String) group));
        } else if (told.claim(config.groups()) instanceof String one) {
            groups.add(one);
        }
        var consumer = consumers.bySubject(token.text("sub"));
        if (consumer != null) {
            groups.addAll(consumer.groups());
            return new Identity(consumer.name(), groups, token.claims());
        }
        var name = told.claimText(config.consumer());
        return new Identity(name == null || consumers.isTaken(name) ? null : name, groups, token.claims());
    }

    private Map<String, String> given(Map<String, Object> said) {
        if (fields.isEmpty()) {
            return Map.of();
        }
        var told = new Identity(null, Set.of(), said);
        var given = new LinkedHashMap<String, String>();
        config.headers().forEach((header, claim) -> {
            var value = text(told.claim(claim));
            if (value != null) {
                given.put(header, value);
            }
        });
        return given;
    }

    /** A list stands with commas, and those in its members are escaped; what is neither it nor a scalar can't stand in a header. */
    private static @Nullable String text(@Nullable Object value) {
        if (value instanceof Collection<?> list) {
            var texts = new ArrayList<String>();
            for (var each : list) {
                if (each instanceof Map || each instanceof Collection) {
                    return null;
                }
                texts.add(GivenFields.value(String.valueOf(each)).replace(",", "%2C"));
            }
            return String.join(",", texts);
        }
        return value == null || value instanceof Map ? null : GivenFields.value(value.toString());
    }

    @Override
    public List<String> challenges() {
        return List.of(CHALLENGE);
    }

    @Override
    public List<String> fields() {
        return fields;
    }

    @Override
    public void hide(Exchange exchange) {
        if (!config.forward()) {
            place.hide(exchange);
        } else if (place.isOneOfSeveral()) {
            place.hideOthers(exchange);
        }
    }

    @Override
    public @Nullable String shown(Exchange exchange) {
        return place.shown(exchange);
    }

    @Override
    public void drop(Exchange exchange) {
        place.hide(exchange);
    }
}
