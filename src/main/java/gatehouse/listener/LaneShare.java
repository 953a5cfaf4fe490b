package gatehouse.listener;

import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * The lanes that one instance of a verticle has, and what it made for each of them: instance {@code i} of {@code n} has every n-th lane,
 * from the i-th on. Thread-safe.
 *
 * @param <S> what it made; used on the event loop of its lane only
 */
public final class LaneShare<S> {
    private final Map<Lane, S> serving = new ConcurrentHashMap<>(); // each lane puts its own

    /**
     * Makes what serves, each on the event loop of its lane.
     *
     * @param lanes all lanes of the node
     * @param instance from 0 to one less than {@code instances}
     * @return completes when all are made
     */
    public Future<?> begin(List<Lane> lanes, int instance, int instances, Function<Lane, S> maker) {
        return begin(lanes, instance, instances, maker, (lane, made) -> Future.succeededFuture());
    }

    /**
     * As {@link #begin(List, int, int, Function)}; where one can't be made, those that were are taken back.
     *
     * @param undo takes one back, on the event loop of its lane
     */
    public Future<?> begin(
            List<Lane> lanes,
            int instance,
            int instances,
            Function<Lane, S> maker,
            BiFunction<Lane, S, Future<?>> undo) {
        var starting = new ArrayList<Future<?>>();
        for (var lane : lanes) {
            if (lane.index() % instances == instance) {
                starting.add(lane.run(() -> maker.apply(lane)).onSuccess(made -> serving.put(lane, made)));
            }
        }
        return Future.join(starting)
                .<Object>map(made -> made)
                .recover(cause -> join(undo).transform(undone -> {
                    serving.clear();
                    return Future.failedFuture(cause);
                }));
    }

    /** Does something on each lane. */
    public Future<?> each(BiConsumer<Lane, S> work) {
        var all = new ArrayList<Future<?>>();
        serving.forEach((lane, served) -> all.add(lane.run(() -> {
            work.accept(lane, served);
            return true;
        })));
        return Future.all(all);
    }

    /** Begins something on each lane; completes when all of it is over, well or not. */
    public Future<?> join(BiFunction<Lane, S, Future<?>> work) {
        var all = new ArrayList<Future<?>>();
        serving.forEach((lane, served) ->
                all.add(lane.run(() -> work.apply(lane, served)).compose(over -> over)));
        return Future.join(all);
    }
}
