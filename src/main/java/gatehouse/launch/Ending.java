package gatehouse.launch;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;

/** When the process shall end: at the first SIGTERM or SIGINT in order, at the second one at once. */
final class Ending {
    private static final long LAST_MILLIS = 1_000;

    private final Runnable atOnce;
    private final CountDownLatch wanted = new CountDownLatch(1);
    private final CountDownLatch done = new CountDownLatch(1);
    private final AtomicBoolean asked = new AtomicBoolean();

    /**
     * An end that nobody asked for yet.
     *
     * @param atOnce what is still done when it is asked for a second time; given up after a second
     */
    Ending(Runnable atOnce) {
        this.atOnce = atOnce;
    }

    /** Listens to the signals from now on. */
    void listen() {
        var handled = Signals.on("TERM", () -> ask(143)) && Signals.on("INT", () -> ask(130));
        if (!handled) {
            Runtime.getRuntime().addShutdownHook(new Thread(this::askAndWait, "ending"));
        }
    }

    private void ask(int impatient) {
        if (!asked.compareAndSet(false, true)) {
            lastWords();
            Runtime.getRuntime().halt(impatient);
        }
        wanted.countDown();
    }

    /** On a thread of its own, as writing may hang: the pipe of the log may be full. */
    private void lastWords() {
        var last = new Thread(atOnce, "last-words");
        last.setDaemon(true);
        last.start();
        try {
            last.join(LAST_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Without signal handlers the virtual machine ends as soon as its hooks have, so this one waits. */
    private void askAndWait() {
        wanted.countDown();
        try {
            done.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits until the process shall end. */
    void await() throws InterruptedException {
        wanted.await();
    }

    /** All is closed. */
    void done() {
        done.countDown();
    }
}
