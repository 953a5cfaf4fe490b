package gatehouse.route;

import gatehouse.config.HostPattern;
import gatehouse.config.MatchConfig;
import gatehouse.config.PathPattern;
import gatehouse.exchange.RequestHead;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** One thing that must hold for a request; its text is what {@code gatehouse routes} prints. */
sealed interface Condition
        permits Condition.MethodIn,
                Condition.Not,
                Condition.ListenerIn,
                Condition.HostIn,
                Condition.PathIn,
                Condition.ProtocolIn,
                Field,
                VersionIn {
    /** Whether it holds; allocates nothing. */
    boolean holds(RequestHead head);

    /** Why it does not hold, for people. */
    String why(RequestHead head);

    /** Whether no request satisfies both, for all that can be said without one. */
    default boolean disjointFrom(Condition other) {
        return false;
    }

    /** Whether every request that satisfies the other satisfies this, for all that can be said without one. */
    default boolean impliedBy(Condition other) {
        return false;
    }

    /**
     * The method is one of these.
     *
     * @param listed as in the file
     * @param taken the same, with {@code HEAD} wherever {@code GET} is (RFC 9110 §9.3.2)
     */
    record MethodIn(List<String> listed, List<String> taken) implements Condition {
        static MethodIn of(List<String> listed) {
            var taken = new ArrayList<>(listed);
            if (listed.contains("GET") && !listed.contains("HEAD")) {
                taken.add("HEAD");
            }
            return new MethodIn(List.copyOf(listed), List.copyOf(taken));
        }

        @Override
        public boolean holds(RequestHead head) {
            return taken.contains(head.method());
        }

        @Override
        public String why(RequestHead head) {
            return "method " + head.method() + " is not one of " + listed;
        }

        @Override
        public boolean disjointFrom(Condition other) {
            return other instanceof MethodIn that && taken.stream().noneMatch(that.taken::contains);
        }

        @Override
        public boolean impliedBy(Condition other) {
            return other instanceof MethodIn that && taken.containsAll(that.taken);
        }

        @Override
        public String toString() {
            return "method " + listed;
        }
    }

    /** Not all of these hold; with none of them it never holds. */
    record Not(List<Condition> conditions) implements Condition {
        @Override
        public boolean holds(RequestHead head) {
            return !Conditions.allHold(conditions, head);
        }

        @Override
        public String why(RequestHead head) {
            return "its not holds: " + Conditions.text(conditions);
        }

        @Override
        public String toString() {
            return "not (" + Conditions.text(conditions) + ")";
        }
    }

    /** The request came in by one of these listeners; in the table of one of them it always holds, but inside {@code not}. */
    record ListenerIn(List<String> listeners) implements Condition {
        @Override
        public boolean holds(RequestHead head) {
            return listeners.contains(head.listener());
        }

        @Override
        public String why(RequestHead head) {
            return "listener " + head.listener() + " is not one of " + listeners;
        }

        @Override
        public String toString() {
            return "listener " + listeners;
        }
    }

    /** The host matches one of these. */
    record HostIn(List<HostPattern> hosts) implements Condition {
        @Override
        public boolean holds(RequestHead head) {
            for (var i = 0; i < hosts.size(); i++) {
                if (Patterns.matches(hosts.get(i), head.host())) {
                    return true;
                }
            }
            return hosts.isEmpty();
        }

        @Override
        public String why(RequestHead head) {
            var patterns = hosts.size() == 1 ? hosts.get(0).toString() : "any of " + hosts;
            return head.host().isEmpty()
                    ? "host is absent (needs " + patterns + ")"
                    : "host " + head.host() + " does not match " + patterns;
        }

        @Override
        public String toString() {
            return "host " + hosts;
        }
    }

    /** A WebSocket is wanted, or is not. */
    record ProtocolIn(List<MatchConfig.Spoken> protocols) implements Condition {
        private boolean takes(boolean webSocket) {
            return protocols.contains(webSocket ? MatchConfig.Spoken.WEBSOCKET : MatchConfig.Spoken.HTTP);
        }

        @Override
        public boolean holds(RequestHead head) {
            return takes(head.isWebSocket());
        }

        @Override
        public String why(RequestHead head) {
            return head.isWebSocket() ? "it asks for a WebSocket" : "it does not ask for a WebSocket";
        }

        @Override
        public boolean disjointFrom(Condition other) {
            return other instanceof ProtocolIn that && protocols.stream().noneMatch(that.protocols::contains);
        }

        @Override
        public boolean impliedBy(Condition other) {
            return other instanceof ProtocolIn that && protocols.containsAll(that.protocols);
        }

        @Override
        public String toString() {
            return "protocol "
                    + protocols.stream()
                            .map(spoken -> spoken.name().toLowerCase(Locale.ROOT))
                            .toList();
        }
    }

    /** The path matches one of these. */
    record PathIn(List<PathPattern> paths) implements Condition {
        @Override
        public boolean holds(RequestHead head) {
            for (var i = 0; i < paths.size(); i++) {
                if (Patterns.matches(paths.get(i), head.path())) {
                    return true;
                }
            }
            return paths.isEmpty();
        }

        @Override
        public String why(RequestHead head) {
            var patterns = paths.size() == 1 ? paths.get(0).toString() : "any of " + paths;
            return "path " + head.path() + " does not match " + patterns;
        }

        @Override
        public String toString() {
            return "path " + paths;
        }
    }
}
