package gatehouse.cache;

import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The fetches under way on this node that others may wait for. Bounded. Thread-safe. */
final class Flights {
    private final ConcurrentHashMap<Place, Flight> flights = new ConcurrentHashMap<>();
    private volatile int most;

    /** What is fetched: a key, for a route, as requests with these fields get it. */
    record Place(Key key, String route, Selection selection) {}

    Flights(int most) {
        this.most = most;
    }

    void resize(int fetches) {
        most = fetches;
    }

    int size() {
        return flights.size();
    }

    boolean isFull() {
        return flights.mappingCount() >= most;
    }

    /** The one under way, or null. */
    @Nullable Flight get(Place place) {
        return flights.get(place);
    }

    /** Adds one unless another is under way, which is returned; {@code outdated} is replaced. */
    Flight add(Place place, Flight flight, @Nullable Flight outdated) {
        if (outdated != null) {
            return flights.replace(place, outdated, flight) ? flight : flights.getOrDefault(place, flight);
        }
        var known = flights.putIfAbsent(place, flight);
        return known == null ? flight : known;
    }

    void remove(Flight flight, Shelf.Trip trip) {
        var place = trip.place();
        if (place != null) {
            flights.remove(place, flight);
        }
    }
}
