package gatehouse.config;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.common.Anchor;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.MappingStartEvent;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * Reads one YAML 1.2 or JSON document into nodes. It builds them from parser events itself, because so depth and number
 * of nodes are bounded while reading: an alias counts as often as what it stands for, which defuses alias bombs.
 */
final class YamlReader {
    private static final int MAX_DEPTH = 64;
    private static final int MAX_NODES = 200_000;

    private final Place start;
    private final String text;
    private final Node.Source source;
    private final Interpolation interpolation;
    private final List<ConfigProblem> problems;
    private final Map<Anchor, Anchored> anchors = new HashMap<>();
    private final List<String> path = new ArrayList<>();
    private int nodes;

    /** A node that an alias may name; the node is null while it is still being read. */
    private record Anchored(@Nullable Node node, int size) {}

    private YamlReader(
            Place start, String text, Node.Source source, Interpolation interpolation, List<ConfigProblem> problems) {
        this.start = start;
        this.text = text;
        this.source = source;
        this.interpolation = interpolation;
        this.problems = problems;
    }

    /** Reads a file. */
    static Node read(
            String file, String text, Node.Source source, Interpolation interpolation, List<ConfigProblem> problems)
            throws ConfigException {
        return read(new Place(file, 1, 1), text, source, interpolation, problems);
    }

    /**
     * Reads a document.
     *
     * @param start where it starts; without lines, all of it stands there
     * @param source what its scalars are marked with
     * @param problems gets what is wrong but leaves a document to go on with
     * @throws ConfigException when there is no document to go on with
     */
    static Node read(
            Place start, String text, Node.Source source, Interpolation interpolation, List<ConfigProblem> problems)
            throws ConfigException {
        var reader = new YamlReader(start, text, source, interpolation, problems);
        reader.refuseUnprintable();
        try {
            return reader.document();
        } catch (MarkedYamlEngineException e) {
            throw reader.syntax(e);
        } catch (YamlEngineException e) {
            throw reader.fatal(reader.place(Optional.empty()), "not YAML: " + e.getMessage(), "YAML 1.2 or JSON");
        }
    }

    private void refuseUnprintable() throws ConfigException {
        var line = 1;
        var column = 1;
        for (var i = 0; i < text.length(); i++) {
            var c = text.charAt(i);
            if (c == '\n') {
                line++;
                column = 0;
            }
            var control = c < 0x20 && c != '\t' && c != '\r' && c != '\n';
            if (control || c == 0x7f || c == 0xfffe || c == 0xffff) {
                var shown =
                        c == 0 ? "NUL" : "U+" + Integer.toHexString(0x10000 | c).substring(1);
                throw fatal(at(line, column), "the character " + shown, "printable text in UTF-8");
            }
            column += Character.isLowSurrogate(c) ? 0 : 1;
        }
    }

    private Node document() throws ConfigException {
        var settings = LoadSettings.builder()
                .setLabel(start.file())
                .setCodePointLimit(ConfigFiles.MAX_BYTES)
                .build();
        var events = new Parse(settings).parseString(JsonTabs.replace(text)).iterator();
        events.next(); // start of the stream
        if (!events.hasNext() || events.next().getEventId() == Event.ID.StreamEnd) {
            throw fatal(at(1, 1), "the file is empty", "a map of keys");
        }
        var root = node(events.next(), events, 1);
        events.next(); // end of the document
        var after = events.next();
        if (after.getEventId() != Event.ID.StreamEnd) {
            throw fatal(place(after.getStartMark()), "a second document", "one document in a file");
        }
        return root;
    }

    private Node node(Event event, Iterator<Event> events, int depth) throws ConfigException {
        var place = place(event.getStartMark());
        if (event instanceof AliasEvent alias) {
            return alias(alias, place);
        }
        count(1, place);
        if (depth > MAX_DEPTH) {
            throw fatal(place, "nested deeper than " + MAX_DEPTH, "at most " + MAX_DEPTH + " levels");
        }
        refuseTag(event, place);
        var anchor = ((NodeEvent) event).getAnchor();
        var before = nodes;
        anchor.ifPresent(name -> anchors.put(name, new Anchored(null, 0)));
        var node = event instanceof ScalarEvent scalar
                ? scalar(scalar, place)
                : event instanceof MappingStartEvent ? mapping(events, place, depth) : sequence(events, place, depth);
        anchor.ifPresent(name -> anchors.put(name, new Anchored(node, nodes - before + 1)));
        return node;
    }

    private Node alias(AliasEvent alias, Place place) throws ConfigException {
        var anchored = anchors.get(alias.getAlias());
        if (anchored == null || anchored.node() == null) {
            throw fatal(
                    place,
                    "*" + alias.getAlias() + (anchored == null ? " is not defined" : " contains itself"),
                    "an alias of an anchor that ends before it");
        }
        count(anchored.size(), place);
        return anchored.node();
    }

    private void count(int more, Place place) throws ConfigException {
        nodes += more;
        if (nodes > MAX_NODES) {
            throw fatal(place, "more than " + MAX_NODES + " values, aliases counted each time", "a smaller document");
        }
    }

    private void refuseTag(Event event, Place place) throws ConfigException {
        var tag = event instanceof ScalarEvent scalar
                ? scalar.getTag()
                : event instanceof CollectionStartEvent collection ? collection.getTag() : Optional.<String>empty();
        if (tag.isPresent()) {
            throw fatal(place, "the tag " + tag.get(), "a value without a tag");
        }
    }

    private Node scalar(ScalarEvent event, Place place) {
        var read =
                interpolation.apply(new Node.Scalar(place, event.getValue(), event.isPlain(), source), path, problems);
        if (read.text().indexOf('\0') < 0) {
            return read;
        }
        report(place, "the character NUL", "text without it"); // escaped, or from a file; no name or path has it
        return new Node.Scalar(place, read.text(), read.plain(), Node.Source.BROKEN);
    }

    private Node sequence(Iterator<Event> events, Place place, int depth) throws ConfigException {
        var items = new ArrayList<Node>();
        for (var event = events.next(); event.getEventId() != Event.ID.SequenceEnd; event = events.next()) {
            path.add(Integer.toString(items.size()));
            items.add(node(event, events, depth + 1));
            path.remove(path.size() - 1);
        }
        return new Node.Sequence(place, items);
    }

    private Node mapping(Iterator<Event> events, Place place, int depth) throws ConfigException {
        var entries = new LinkedHashMap<String, Node.Entry>();
        for (var event = events.next(); event.getEventId() != Event.ID.MappingEnd; event = events.next()) {
            var at = place(event.getStartMark());
            if (!(event instanceof ScalarEvent scalar)
                    || (scalar.isPlain() && scalar.getValue().isEmpty())) {
                throw fatal(at, "a key that is not text", "a name as key");
            }
            refuseTag(scalar, at);
            var key = scalar.getValue();
            if (key.indexOf('\0') >= 0) {
                throw fatal(at, "the character NUL", "a name as key");
            }
            path.add(key);
            var value = node(events.next(), events, depth + 1);
            if (key.equals("<<") && scalar.isPlain()) {
                report(at, "a merge key, which YAML 1.2 does not have", "the keys themselves, or an alias as a value");
            } else {
                var first = entries.putIfAbsent(key, new Node.Entry(at, value));
                if (first != null) {
                    report(at, "stands twice, first at " + first.key(), "each key once");
                }
            }
            path.remove(path.size() - 1);
        }
        return new Node.Mapping(place, entries);
    }

    private Place place(Optional<Mark> mark) {
        return mark.map(found -> at(found.getLine() + 1, found.getColumn() + 1)).orElseGet(() -> at(1, 1));
    }

    /** What is no file has one place. */
    private Place at(int line, int column) {
        return start.hasLines() ? new Place(start.file(), line, column) : start;
    }

    private ConfigException syntax(MarkedYamlEngineException e) {
        var mark = e.getProblemMark().or(e::getContextMark);
        var tab = mark.filter(at -> at.getPointer() < at.getBuffer().length && at.getBuffer()[at.getPointer()] == '\t');
        if (tab.isPresent()) {
            return fatal(place(mark), "a tab", "spaces as indentation");
        }
        var what = "not YAML: " + (e.getContext() == null ? "" : e.getContext() + ", ") + e.getProblem();
        return fatal(place(mark), what, "YAML 1.2 or JSON");
    }

    private ConfigException fatal(Place place, String what, String expected) {
        return new ConfigException(List.of(new ConfigProblem(place, String.join(".", path), what, expected)));
    }

    private void report(Place place, String what, String expected) {
        problems.add(new ConfigProblem(place, String.join(".", path), what, expected));
    }
}
