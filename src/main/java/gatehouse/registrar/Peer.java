package gatehouse.registrar;

import java.util.BitSet;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** What this node knows of its understanding with another one. */
final class Peer {
    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(1);

    private final BitSet differing = new BitSet();
    private final BitSet missing = new BitSet();
    private long news = -1;
    private boolean behind = true;
    private boolean toldAll;
    private boolean asking;
    private boolean askingForAll;
    private boolean isFirstPart;
    private long question;
    private long lastHeard;
    private List<Integer> asked = List.of();

    /** Its news have come as far as this number. */
    void heardOfNews(long number, boolean theyAreHere) {
        if (news >= 0 && number > news + (theyAreHere ? 1 : 0)) {
            behind = true;
        }
        news = Math.max(news, number);
    }

    /** It may know what this node does not. */
    void mayHaveMissed() {
        behind = true;
    }

    /** Its sum of a bucket is another one. */
    void differsIn(int bucket) {
        differing.set(bucket);
    }

    /** Whether it has told all it knew, once. */
    boolean hasToldAll() {
        return toldAll;
    }

    /** Whether there is something to ask, and no more of an answer is to be expected. */
    boolean mayBeAsked(long now) {
        var isQuiet = question == 0 || now - lastHeard >= PATIENCE;
        if (isQuiet && asking) { // what was lost of its answer it will be asked for again
            asking = false;
            behind |= askingForAll;
        }
        return isQuiet && (behind || !differing.isEmpty());
    }

    /** Notes a question; gives its number. */
    long ask(long now) {
        asked = behind ? List.of() : differing.stream().boxed().toList();
        askingForAll = behind;
        behind = false;
        differing.clear();
        asking = true;
        isFirstPart = true;
        lastHeard = now;
        question++;
        return question;
    }

    /** The buckets of the last question; empty for all. */
    List<Integer> asked() {
        return asked;
    }

    /** A part of an answer came. */
    void gotPart(long id, int part, int parts, long now) {
        if (!asking || id != question) {
            return;
        }
        lastHeard = now;
        if (isFirstPart) {
            missing.clear();
            missing.set(0, Math.max(1, parts));
            isFirstPart = false;
        }
        missing.clear(part);
        if (missing.isEmpty()) {
            asking = false;
            toldAll |= askingForAll;
        }
    }
}
