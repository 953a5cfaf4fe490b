package gatehouse.policy.auth;

import gatehouse.exchange.Exchange;
import java.util.List;

/** Several ways that together are one. */
abstract class SeveralWays implements Way {
    private final List<Way> ways;

    SeveralWays(List<Way> ways) {
        this.ways = List.copyOf(ways);
    }

    /** In the order in which they are tried. */
    final List<Way> ways() {
        return ways;
    }

    @Override
    public List<String> challenges() {
        return ways.stream()
                .flatMap(way -> way.challenges().stream())
                .distinct()
                .toList();
    }

    @Override
    public List<String> fields() {
        return ways.stream().flatMap(way -> way.fields().stream()).distinct().toList();
    }

    @Override
    public List<Way> kinds() {
        return ways.stream().flatMap(way -> way.kinds().stream()).toList();
    }

    @Override
    public void hide(Exchange exchange) {
        ways.forEach(way -> way.hide(exchange));
    }
}
