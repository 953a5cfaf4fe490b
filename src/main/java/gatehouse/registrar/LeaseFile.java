package gatehouse.registrar;

import gatehouse.config.DataFolder;
import gatehouse.registry.Entry;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The leases on disk, and the graves of those that were given back. A save replaces the file as a whole, so that there is a whole one whenever the process ends; one that can't
 * be understood is put aside, and the registry begins empty. Blocks.
 */
final class LeaseFile {
    private static final Logger LOG = LoggerFactory.getLogger(LeaseFile.class);
    private static final int VERSION = 1;

    private final Path file;

    LeaseFile(Path file) {
        this.file = file;
    }

    /** Saves leases and graves as they are at this moment of the wall clock. */
    void save(List<Entry> entries, long wallMillis) throws IOException {
        var leases = new JsonArray();
        var graves = new JsonArray();
        for (var entry : entries) {
            (entry.gone() ? graves : leases).add(new JsonObject(entry.toFields()));
        }
        var document = new JsonObject()
                .put("version", VERSION)
                .put("savedAtMillis", wallMillis)
                .put("leases", leases)
                .put("graves", graves);
        replace(document.toBuffer().getBytes());
    }

    private void replace(byte[] content) throws IOException {
        DataFolder.makeFor(file);
        var next = file.resolveSibling(file.getFileName() + ".next");
        Files.deleteIfExists(next); // a process that was killed may have left one
        try (var channel = FileChannel.open(
                next, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), DataFolder.ownersFile())) {
            var bytes = ByteBuffer.wrap(content);
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** The saved leases and graves, with what is left of them at this moment of the wall clock; empty where none were saved. */
    List<Entry> load(long wallMillis) throws IOException {
        if (!Files.exists(file)) {
            return List.of();
        }
        try {
            return read(Buffer.buffer(Files.readAllBytes(file)), wallMillis);
        } catch (DecodeException e) {
            putAside("it is not JSON");
        } catch (ClassCastException e) {
            putAside("a value in it is of another kind");
        } catch (IllegalArgumentException e) {
            putAside(String.valueOf(e.getMessage()));
        }
        return List.of();
    }

    private void putAside(String why) throws IOException {
        var aside = file.resolveSibling(file.getFileName() + ".broken");
        Files.move(file, aside, StandardCopyOption.REPLACE_EXISTING);
        LOG.error("{} can't be understood: {}. It is kept as {}, and the registry begins empty", file, why, aside);
    }

    private static List<Entry> read(Buffer bytes, long wallMillis) {
        var document = bytes.toJsonObject();
        if (!Integer.valueOf(VERSION).equals(document.getValue("version"))) {
            throw new IllegalArgumentException("its version is " + document.getValue("version") + ", not " + VERSION);
        }
        var savedAt = document.getLong("savedAtMillis");
        var leases = document.getJsonArray("leases");
        if (savedAt == null || leases == null) {
            throw new IllegalArgumentException("no savedAtMillis or no leases");
        }
        var passed = Math.max(0, wallMillis - savedAt);
        var entries = new ArrayList<Entry>();
        add(entries, leases, false, passed);
        var graves = document.getJsonArray("graves");
        if (graves != null) { // older files have none
            add(entries, graves, true, passed);
        }
        return entries;
    }

    private static void add(List<Entry> entries, JsonArray items, boolean gone, long passed) {
        for (var i = 0; i < items.size(); i++) {
            var entry = Entry.of(plain(items.getJsonObject(i)));
            var left = entry.leftMillis() - passed;
            if (!gone || left > 0) {
                entries.add(new Entry(entry.instance(), left, gone));
            }
        }
    }

    private static Map<String, Object> plain(@Nullable JsonObject lease) {
        if (lease == null) {
            throw new IllegalArgumentException("a lease or a grave in it is null");
        }
        var fields = lease.copy().getMap();
        fields.replaceAll((name, value) -> value instanceof JsonObject nested ? nested.getMap() : value);
        return fields;
    }
}
