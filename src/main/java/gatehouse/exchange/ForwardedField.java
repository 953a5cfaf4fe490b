package gatehouse.exchange;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Reads {@code Forwarded} (RFC 7239 §4). A line that breaks its grammar is one step that nobody can read. */
final class ForwardedField {
    /** What can't be read. */
    private static final class Malformed extends Exception {
        private static final long serialVersionUID = 1;

        private Malformed() {
            super("", null, false, false);
        }
    }

    private final String line;
    private int at;

    private ForwardedField(String line) {
        this.line = line;
    }

    /** The steps that the lines tell of, the first one first. */
    static List<Hop> hops(List<String> lines) {
        var hops = new ArrayList<Hop>();
        for (var line : lines) {
            try {
                hops.addAll(new ForwardedField(line).elements());
            } catch (Malformed e) {
                hops.add(Hop.OBSCURE);
            }
        }
        return hops;
    }

    private List<Hop> elements() throws Malformed {
        var hops = new ArrayList<Hop>();
        do {
            skipBlanks();
            if (at < line.length() && line.charAt(at) != ',') { // a list may have empty elements (RFC 9110 §5.6.1)
                hops.add(element());
            }
        } while (skip(','));
        if (at < line.length()) {
            throw new Malformed();
        }
        return hops;
    }

    private Hop element() throws Malformed {
        var start = at;
        var parameters = new HashMap<String, String>();
        do {
            skipBlanks();
            var name = token().toLowerCase(Locale.ROOT);
            if (!skip('=')) {
                throw new Malformed();
            }
            var value = at < line.length() && line.charAt(at) == '"' ? quoted() : token();
            if (parameters.put(name, value) != null) {
                throw new Malformed();
            }
            skipBlanks();
        } while (skip(';'));
        return hop(parameters, line.substring(start, at).trim());
    }

    private static Hop hop(Map<String, String> parameters, String element) {
        var node = parameters.get("for");
        return new Hop(
                node == null ? Hop.OBSCURE.node() : Hop.node(node),
                Peer.schemeOrNull(parameters.get("proto")),
                Peer.authorityOrNull(parameters.get("host")),
                element);
    }

    private String token() throws Malformed {
        var start = at;
        while (at < line.length() && Fields.isTokenCharacter(line.charAt(at))) {
            at++;
        }
        if (at == start) {
            throw new Malformed();
        }
        return line.substring(start, at);
    }

    private String quoted() throws Malformed {
        var text = new StringBuilder();
        for (at++; at < line.length(); at++) {
            var c = line.charAt(at);
            if (c == '"') {
                at++;
                return text.toString();
            }
            if (c == '\\' && ++at == line.length()) {
                break;
            }
            text.append(line.charAt(at));
        }
        throw new Malformed();
    }

    private boolean skip(char c) {
        if (at < line.length() && line.charAt(at) == c) {
            at++;
            return true;
        }
        return false;
    }

    private void skipBlanks() {
        while (at < line.length() && (line.charAt(at) == ' ' || line.charAt(at) == '\t')) {
            at++;
        }
    }
}
