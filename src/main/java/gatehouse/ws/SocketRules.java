package gatehouse.ws;

import gatehouse.policy.websocket.MessageSchema;
import gatehouse.policy.websocket.SocketTerms;
import gatehouse.snapshot.Route;
import org.jspecify.annotations.Nullable;

/**
 * What a route says of its WebSockets.
 *
 * @param schema what messages of clients must look like; null where they may be anything
 */
record SocketRules(SocketTerms terms, @Nullable MessageSchema schema) {
    static SocketRules of(Route route) {
        var terms = route.effective().get(SocketTerms.TYPE.key(), SocketTerms.class);
        return new SocketRules(
                terms == null ? SocketTerms.DEFAULT : terms,
                route.steps().get(SocketTerms.TYPE) instanceof MessageSchema schema ? schema : null);
    }

    /**
     * What follows the frames that go in one direction.
     *
     * @param ofClient whether they come from a client
     * @param beat payload of the gateway's own pings
     */
    Course course(boolean ofClient, byte[] beat) {
        if (!terms.looksAtMessages()) {
            return new FrameTrack();
        }
        var gate = new FrameGate(terms, ofClient, beat, System::nanoTime);
        return schema == null || !ofClient ? gate : new SchemaGate(gate, schema, terms.mostBytes());
    }
}
