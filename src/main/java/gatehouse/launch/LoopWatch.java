package gatehouse.launch;

import gatehouse.listener.Lane;
import gatehouse.observe.LoopBeat;
import gatehouse.observe.Metrics;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Lets every event loop of the node beat, so that one that is late shows in the metrics and one that is blocked at its health. */
final class LoopWatch implements AutoCloseable {
    private final Map<String, LoopBeat> beats = new LinkedHashMap<>();
    private final List<ScheduledFuture<?>> timers = new ArrayList<>();

    LoopWatch(Metrics metrics, List<Lane> lanes, SideLoop side, SideLoop plugins) {
        lanes.forEach(lane -> watch(metrics, Integer.toString(lane.index()), lane.loop()));
        watch(metrics, "side", side.loop());
        if (plugins.loop() != side.loop() && lanes.stream().noneMatch(lane -> lane.runsOn(plugins.loop()))) {
            watch(metrics, "plugins", plugins.loop());
        }
    }

    private void watch(Metrics metrics, String name, EventLoop loop) {
        var beat = metrics.loop(name);
        beats.put(name, beat);
        timers.add(loop.scheduleWithFixedDelay(
                () -> beat.beat(System.nanoTime()),
                LoopBeat.EVERY.toMillis(),
                LoopBeat.EVERY.toMillis(),
                TimeUnit.MILLISECONDS));
    }

    /** Loops that have not come round for longer than that. */
    List<String> blocked(Duration most) {
        var now = System.nanoTime();
        var blocked = new ArrayList<String>();
        beats.forEach((name, beat) -> {
            if (beat.lateNanos(now) > most.toNanos()) {
                blocked.add(name);
            }
        });
        return blocked;
    }

    @Override
    public void close() {
        timers.forEach(timer -> timer.cancel(false));
    }
}
