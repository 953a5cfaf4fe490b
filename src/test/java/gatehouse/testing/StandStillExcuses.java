package gatehouse.testing;

import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;
import org.opentest4j.TestAbortedException;

/**
 * For tests of what ends by the clock of another process, such as a lease of a second in a Redis: one that fails after this process
 * stood still in it for about as long has found nothing out, and is aborted.
 */
public final class StandStillExcuses implements BeforeEachCallback, TestExecutionExceptionHandler {
    private static final Duration MOST = Duration.ofMillis(400);
    private static final ExtensionContext.Namespace SPACE = ExtensionContext.Namespace.create(StandStillExcuses.class);

    @Override
    public void beforeEach(ExtensionContext context) {
        context.getStore(SPACE).put(RunningTime.class, new RunningTime());
    }

    @Override
    public void handleTestExecutionException(ExtensionContext context, Throwable failure) throws Throwable {
        var time = context.getStore(SPACE).get(RunningTime.class, RunningTime.class);
        var stoodStill = Objects.requireNonNull(time).stoodStill();
        if (stoodStill.compareTo(MOST) < 0) {
            throw failure;
        }
        throw new TestAbortedException("the machine stood still for " + stoodStill.toMillis() + " ms", failure);
    }
}
