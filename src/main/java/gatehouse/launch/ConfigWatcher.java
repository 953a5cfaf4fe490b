package gatehouse.launch;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Sees when files have changed, by looking at them again and again. Looking works on every file system, through links and
 * in containers, where notifications of the system do not. Confined to one thread.
 *
 * <p>A change is acted on once two looks in a row show the same, so that a file half written is not read; files that are
 * never at rest are acted on all the same after {@value #MOST_UNSETTLED} looks.
 */
final class ConfigWatcher {
    private static final int MOST_UNSETTLED = 3;

    private final Supplier<? extends Collection<Path>> watched;
    private final Runnable changed;
    private @Nullable Fingerprint last;
    private @Nullable Fingerprint acted;
    private int unsettled;

    /**
     * @param watched files to look at, asked for at each look
     * @param changed what to do; it is also done at the first look, as files may have changed since they were read
     */
    ConfigWatcher(Supplier<? extends Collection<Path>> watched, Runnable changed) {
        this.watched = watched;
        this.changed = changed;
    }

    /**
     * Takes the files as they are for known: nothing is done until they change.
     *
     * @throws IOException when the process can't read files now; nothing is known then
     */
    void know() throws IOException {
        last = Fingerprint.of(watched.get(), null);
        acted = last;
    }

    /**
     * Looks once.
     *
     * @throws IOException when the process can't read files now; the next look makes up for it
     */
    void look() throws IOException {
        var seen = Fingerprint.of(watched.get(), last);
        var settled = acted == null || (last != null && seen.sameContent(last));
        last = seen;
        if (acted != null && seen.sameContent(acted)) {
            unsettled = 0;
            return;
        }
        unsettled++;
        if (settled || unsettled >= MOST_UNSETTLED) {
            acted = seen;
            unsettled = 0;
            changed.run();
        }
    }
}
