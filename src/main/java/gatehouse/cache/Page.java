package gatehouse.cache;

import io.vertx.core.MultiMap;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** All responses that are stored for one key, the newest first. Immutable. */
final class Page {
    private final Stored[] variants;
    private final int weight;

    private Page(Stored[] variants) {
        this.variants = variants;
        var sum = 0;
        for (var variant : variants) {
            sum += variant.weight();
        }
        weight = sum;
    }

    static Page of(Stored only) {
        return new Page(new Stored[] {only});
    }

    /** About the bytes of all of it. */
    int weight() {
        return weight;
    }

    List<Stored> variants() {
        return List.of(variants);
    }

    /** The newest that answers a request of this route, or null. */
    @Nullable Stored find(String route, MultiMap request) {
        for (var variant : variants) {
            if (variant.answers(route, request)) {
                return variant;
            }
        }
        return null;
    }

    /** What requests of a route are told apart by, as the newest response says; null where none is stored. */
    @Nullable Selection selection(String route) {
        for (var variant : variants) {
            if (variant.origin().route().equals(route)) {
                return variant.origin().selection();
            }
        }
        return null;
    }

    /**
     * This page with another response in the place of the one that it supersedes; without the oldest where there would be too
     * many. This page itself where it has a response of a later generation in that place.
     */
    Page with(Stored added, int most) {
        var kept = new ArrayList<Stored>(variants.length + 1);
        kept.add(added);
        for (var variant : variants) {
            var isSame = variant.origin().route().equals(added.origin().route())
                    && variant.origin().selection().equals(added.origin().selection());
            if (isSame && variant.origin().generation() > added.origin().generation()) {
                return this;
            }
            if (!isSame && kept.size() < most) {
                kept.add(variant);
            }
        }
        return new Page(kept.toArray(new Stored[0]));
    }

    /** This page without one of its responses; null where nothing would be left. */
    @Nullable Page without(Stored removed) {
        var kept = new ArrayList<Stored>(variants.length);
        for (var variant : variants) {
            if (variant != removed) {
                kept.add(variant);
            }
        }
        return kept.isEmpty() ? null : new Page(kept.toArray(new Stored[0]));
    }
}
