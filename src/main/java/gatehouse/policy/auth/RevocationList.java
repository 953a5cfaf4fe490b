package gatehouse.policy.auth;

import gatehouse.policy.Revocations;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Revocations in this node's memory, each until the tokens that it is about have expired. When there are too many the
 * newest are refused, not the oldest forgotten. Thread-safe.
 */
public final class RevocationList implements Revocations {
    /** Most revocations; each costs some 200 bytes. */
    public static final int MOST = 100_000;

    /** Between two looks for what may be forgotten. */
    private static final long REST_MILLIS = 1000;

    private final InstantSource wallTime;
    private final int most;
    private final Map<String, Revoked> tokens = new ConcurrentHashMap<>();
    private final Map<String, Revoked> subjects = new ConcurrentHashMap<>();

    private volatile long cleaned;

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
        add(Revoked.token(tokenId, until));
    }

    @Override
    public void revokeSubject(String subject, Instant before, Instant until) {
        add(Revoked.subject(subject, before, until));
    }

    /**
     * Adds one to what is known already.
     *
     * @throws IllegalStateException when there are too many
     */
    void add(Revoked one) {
        makeRoom();
        (one.subject() ? subjects : tokens).merge(one.name(), one, Revoked::and);
    }

    /** All that are held. */
    List<Revoked> all() {
        var all = new ArrayList<>(tokens.values());
        all.addAll(subjects.values());
        return all;
    }

    private void makeRoom() {
        var now = wallTime.millis();
        if (size() < most && now - cleaned < REST_MILLIS) {
            return;
        }
        cleaned = now;
        tokens.values().removeIf(each -> each.until() < now);
        subjects.values().removeIf(each -> each.until() < now);
        if (size() >= most) {
            throw new IllegalStateException("too many revocations");
        }
    }

    @Override
    public int size() {
        return tokens.size() + subjects.size();
    }
}
