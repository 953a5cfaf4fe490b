package gatehouse.route;

import gatehouse.exchange.RequestHead;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The hosts of a table: exact names by hash, wildcards as a tree of labels from the right, and the routes of any host. A
 * look-up tries them in this order, long wildcards first, and goes on where the conditions of what it found don't hold.
 */
final class HostIndex<T> {
    private final Map<String, PathTree<T>> exact = new HashMap<>();
    private final Labels<T> wildcards;
    private final PathTree<T> anyHost;

    /** Makes the index of entries that are sorted by {@link Specificity#ORDER}. */
    HostIndex(List<Entry<T>> entries) {
        var byName = new HashMap<String, List<Entry<T>>>();
        var byWildcard = new ArrayList<Entry<T>>();
        var ofAny = new ArrayList<Entry<T>>();
        for (var entry : entries) {
            var host = entry.host();
            if (host == null) {
                ofAny.add(entry);
            } else if (host.wildcard()) {
                byWildcard.add(entry);
            } else {
                byName.computeIfAbsent(host.name(), key -> new ArrayList<>()).add(entry);
            }
        }
        byName.forEach((name, of) -> exact.put(name, new PathTree<>(of)));
        wildcards = new Labels<>(byWildcard, "");
        anyHost = new PathTree<>(ofAny);
    }

    /** The most specific entry that the picker takes, or null. */
    @Nullable Entry<T> walk(RequestHead head, Picker<T> picker) {
        var host = head.host();
        var named = exact.get(host);
        var entry = named == null ? null : named.walk(head, picker);
        if (entry == null) {
            entry = wildcards.walk(host, host.length(), head, picker);
        }
        return entry != null ? entry : anyHost.walk(head, picker);
    }

    /** The wildcards below one name. Goes as deep as the longest wildcard, whatever the number of labels in a request. */
    private static final class Labels<T> {
        private final @Nullable PathTree<T> here;
        private final RegionMap<Labels<T>> longer;

        Labels(List<Entry<T>> entries, String name) {
            var of = new ArrayList<Entry<T>>();
            var below = new HashMap<String, List<Entry<T>>>();
            for (var entry : entries) {
                var host = entry.host();
                if (host == null || host.name().equals(name)) {
                    of.add(entry);
                } else {
                    below.computeIfAbsent(labelBefore(host.name(), name), key -> new ArrayList<>())
                            .add(entry);
                }
            }
            here = of.isEmpty() ? null : new PathTree<>(of);
            Map<String, Labels<T>> children = new HashMap<>();
            below.forEach((label, within) ->
                    children.put(label, new Labels<>(within, name.isEmpty() ? label : label + "." + name)));
            longer = new RegionMap<>(children);
        }

        private static String labelBefore(String host, String name) {
            var end = name.isEmpty() ? host.length() : host.length() - name.length() - 1;
            return host.substring(host.lastIndexOf('.', end - 1) + 1, end);
        }

        /**
         * Goes on with the label that ends before {@code end}, the longest name first.
         *
         * @param end index of the dot before what was taken so far, or the length of the host
         */
        @Nullable Entry<T> walk(String host, int end, RequestHead head, Picker<T> picker) {
            var start = host.lastIndexOf('.', end - 1) + 1;
            if (start > 1) { // one label or more is left for the asterisk
                var next = longer.get(host, start, end);
                var entry = next == null ? null : next.walk(host, start - 1, head, picker);
                if (entry != null) {
                    return entry;
                }
            }
            return here == null ? null : here.walk(head, picker);
        }
    }
}
