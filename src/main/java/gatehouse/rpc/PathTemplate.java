package gatehouse.rpc;

import java.net.URLDecoder;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A path as {@code google.api.http} writes it: {@code /v1/{name=shelves/*}/books/{book.id}:archive}.
 *
 * @param segments literals, {@code *} for one segment, {@code **} for any number of them, once at most
 * @param variables which segments a field gets
 * @param verb what stands behind the last colon, empty for nothing
 * @param literal what a path begins with that fits
 */
record PathTemplate(List<String> segments, List<Variable> variables, String verb, String literal) {
    /** Any number of segments, also none. */
    private static final String ANY = "**";

    /** More literals first, then longer ones, then those that take so many segments and no more. */
    static final Comparator<PathTemplate> MOST_SPECIFIC_FIRST = Comparator.comparingLong(PathTemplate::literals)
            .thenComparingInt(template -> template.segments.size())
            .thenComparing(template -> !template.segments.contains(ANY))
            .thenComparingInt(template -> template.verb.length())
            .reversed();

    /**
     * A field that gets a part of the path.
     *
     * @param field its path
     * @param from its first segment
     * @param to the one behind its last
     */
    record Variable(String field, int from, int to) {}

    static PathTemplate parse(String text) {
        if (!text.startsWith("/")) {
            throw new IllegalArgumentException("a path of google.api.http does not begin with /: " + text);
        }
        var colon = text.lastIndexOf(':');
        var hasVerb = colon > text.lastIndexOf('/') && colon > text.lastIndexOf('}');
        var path = hasVerb ? text.substring(1, colon) : text.substring(1);
        var segments = new ArrayList<String>();
        var variables = new ArrayList<Variable>();
        for (var at = 0; at < path.length(); ) {
            if (path.charAt(at) == '{') {
                var end = path.indexOf('}', at);
                if (end < 0) {
                    throw new IllegalArgumentException("a path of google.api.http has an open brace: " + text);
                }
                var inner = path.substring(at + 1, end);
                var equals = inner.indexOf('=');
                var from = segments.size();
                segments.addAll(List.of((equals < 0 ? "*" : inner.substring(equals + 1)).split("/", -1)));
                variables.add(new Variable(equals < 0 ? inner : inner.substring(0, equals), from, segments.size()));
                at = end + 2;
            } else {
                var slash = path.indexOf('/', at);
                var end = slash < 0 ? path.length() : slash;
                segments.add(path.substring(at, end));
                at = end + 1;
            }
        }
        if (segments.indexOf(ANY) != segments.lastIndexOf(ANY)) {
            throw new IllegalArgumentException("a path of google.api.http has ** twice: " + text);
        }
        return new PathTemplate(
                List.copyOf(segments),
                List.copyOf(variables),
                hasVerb ? text.substring(colon + 1) : "",
                literal(segments));
    }

    private static String literal(List<String> segments) {
        var literal = new StringBuilder("/");
        for (var i = 0; i < segments.size() && !segments.get(i).startsWith("*"); i++) {
            literal.append(i == 0 ? "" : "/").append(segments.get(i));
        }
        return literal.toString();
    }

    private long literals() {
        return segments.stream().filter(segment -> !segment.startsWith("*")).count();
    }

    /** The fields of a path, decoded; null for a path that does not fit. */
    @Nullable Map<String, String> match(String whole) {
        var path = whole;
        if (!path.startsWith(literal)) {
            return null; // most of a large schema goes no further
        }
        if (!verb.isEmpty()) {
            if (!path.endsWith(":" + verb)) {
                return null;
            }
            path = path.substring(0, path.length() - verb.length() - 1);
        }
        var given = path.substring(1).split("/", -1);
        var any = segments.indexOf(ANY);
        var more = given.length - segments.size();
        if (any < 0 ? more != 0 : more < -1) {
            return null;
        }
        for (var i = 0; i < segments.size(); i++) {
            if (i != any && !fits(segments.get(i), given[any >= 0 && i > any ? i + more : i])) {
                return null;
            }
        }
        var fields = new LinkedHashMap<String, String>();
        for (var variable : variables) {
            var from = any >= 0 && variable.from > any ? variable.from + more : variable.from;
            var to = any >= 0 && variable.to > any ? variable.to + more : variable.to;
            fields.put(
                    variable.field,
                    decoded(variable.field, String.join("/", List.of(given).subList(from, to))));
        }
        return fields;
    }

    private static boolean fits(String wanted, String segment) {
        return wanted.equals("*") ? !segment.isEmpty() : wanted.equals(segment);
    }

    /**
     * What a part of a target says, without its escapes.
     *
     * @param field whose value it is
     * @throws gatehouse.problem.ProblemException that it says nothing
     */
    static String decoded(String field, String text) {
        try {
            var octets = URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.ISO_8859_1)
                    .getBytes(StandardCharsets.ISO_8859_1);
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(octets))
                    .toString();
        } catch (IllegalArgumentException | CharacterCodingException e) {
            throw Messages.bad(field, "an escape that is none, or that makes no UTF-8");
        }
    }
}
