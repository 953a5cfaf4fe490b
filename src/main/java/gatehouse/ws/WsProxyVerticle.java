package gatehouse.ws;

import gatehouse.listener.LaneShare;
import gatehouse.snapshot.Switchboard;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;

/**
 * Serves WebSockets and topics: takes over connections that the HTTP edge hands on, on the event loop that has them. A newer
 * deployment takes the places over; what is open stays with the node.
 */
public final class WsProxyVerticle extends VerticleBase {
    private final OpenSockets node;
    private final Switchboard switchboard;
    private final LaneShare<WsLane> lanes = new LaneShare<>();

    /** An instance; one is enough for all event loops. */
    public WsProxyVerticle(OpenSockets node, Switchboard switchboard) {
        this.node = node;
        this.switchboard = switchboard;
    }

    @Override
    public Future<?> start() {
        node.topics().begin();
        return lanes.begin(node.lanes(), 0, 1, lane -> new WsLane(node, node.at(lane)))
                .compose(made -> lanes.each((lane, serving) -> switchboard.serve(lane.index(), serving)));
    }

    @Override
    public Future<?> stop() {
        return lanes.each((lane, served) -> switchboard.leave(lane.index(), served));
    }
}
