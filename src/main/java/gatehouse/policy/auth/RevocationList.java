package gatehouse.policy.auth;

import gatehouse.policy.Revocations;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Revocations in this node's memory, each until the tokens that it is about have expired. When there are too many the
 * newest are refused, not the oldest forgotten. Thread-safe.
 */
public final class RevocationList implements Revocations {
    /** Most revocations; each costs some 200 bytes. */
    public static final int MOST = 100_000;

    private final InstantSource wallTime;
    private final int most;
    private final Map<String, Instant> tokens = new ConcurrentHashMap<>();
    private final Map<String, Cut> subjects = new ConcurrentHashMap<>();

    /** Tokens of a subject that were issued at {@code before}, seconds since 1970, or earlier. */
    private record Cut(long before, Instant until) {}

    /** An empty list. */
    public RevocationList(InstantSource wallTime) {
        this(wallTime, MOST);
    }

    RevocationList(InstantSource wallTime, int most) {
        this.wallTime = wallTime;
        this.most = most;
    }

    @Override
    public boolean isRevoked(String tokenId, String subject, long issuedAt) {
        if (!tokenId.isEmpty() && !tokens.isEmpty() && tokens.containsKey(tokenId)) {
            return true;
        }
        var cut = subject.isEmpty() || subjects.isEmpty() ? null : subjects.get(subject);
        return cut != null && issuedAt <= cut.before();
    }

    @Override
    public void revokeToken(String tokenId, Instant until) {
        makeRoom();
        tokens.merge(tokenId, until, RevocationList::later);
    }

    @Override
    public void revokeSubject(String subject, Instant before, Instant until) {
        makeRoom();
        subjects.merge(
                subject,
                new Cut(before.getEpochSecond(), until),
                (old, cut) -> new Cut(Math.max(old.before(), cut.before()), later(old.until(), cut.until())));
    }

    private static Instant later(Instant one, Instant other) {
        return one.isAfter(other) ? one : other;
    }

    private void makeRoom() {
        var now = wallTime.instant();
        tokens.values().removeIf(until -> until.isBefore(now));
        subjects.values().removeIf(cut -> cut.until().isBefore(now));
        if (size() >= most) {
            throw new IllegalStateException("too many revocations");
        }
    }

    @Override
    public int size() {
        return tokens.size() + subjects.size();
    }
}
