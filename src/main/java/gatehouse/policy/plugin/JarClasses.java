package gatehouse.policy.plugin;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLConnection;
import java.net.URLStreamHandler;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collections;
import java.util.Enumeration;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipInputStream;
import org.jspecify.annotations.Nullable;

/**
 * The classes of a jar that was read whole: the file may be overwritten while they are in use, nothing has to be closed, and they are
 * gone when nobody holds them any more. A class that is in the jar goes before the gateway's of the same name, so that libraries of
 * one don't meet those of the other; but what both speak with each other in is the gateway's.
 */
public final class JarClasses extends ClassLoader {
    private static final List<String> COMMON = List.of(
            "java.",
            "javax.",
            "jdk.",
            "sun.",
            "gatehouse.",
            "io.vertx.core.",
            "io.netty.",
            "org.slf4j.",
            "org.jspecify.");

    static {
        registerAsParallelCapable();
    }

    private final Map<String, byte[]> files;
    private final String digest;

    private JarClasses(String name, Map<String, byte[]> files, String digest) {
        super("plugin " + name, JarClasses.class.getClassLoader());
        this.files = files;
        this.digest = digest;
    }

    /**
     * The classes of a jar.
     *
     * @param name for stack traces
     * @throws IOException when that is no jar
     */
    public static JarClasses of(String name, byte[] jar) throws IOException {
        var files = new HashMap<String, byte[]>();
        try (var in = new ZipInputStream(new ByteArrayInputStream(jar))) {
            for (var entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                if (!entry.isDirectory()) {
                    files.put(entry.getName(), in.readAllBytes());
                }
            }
        } catch (IllegalArgumentException e) {
            throw new IOException(e.getMessage(), e);
        }
        if (files.isEmpty()) {
            throw new IOException("is no jar, or an empty one");
        }
        return new JarClasses(name, files, digest(jar));
    }

    /** SHA-256 of a file's bytes in hexadecimal digits. */
    public static String digest(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** SHA-256 of the jar. */
    public String digest() {
        return digest;
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        if (isCommon(name) || !files.containsKey(fileOf(name))) {
            return super.loadClass(name, resolve);
        }
        synchronized (getClassLoadingLock(name)) {
            var found = findLoadedClass(name);
            var loaded = found == null ? findClass(name) : found;
            if (resolve) {
                resolveClass(loaded);
            }
            return loaded;
        }
    }

    private static boolean isCommon(String name) {
        for (var prefix : COMMON) {
            if (name.startsWith(prefix)) {
                return true;
            }
        }
        return false;
    }

    private static String fileOf(String name) {
        return name.replace('.', '/') + ".class";
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
        var bytes = files.get(fileOf(name));
        if (bytes == null) {
            throw new ClassNotFoundException(name);
        }
        return defineClass(name, bytes, 0, bytes.length);
    }

    @Override
    public @Nullable URL getResource(String name) {
        var own = findResource(name);
        return own == null ? super.getResource(name) : own;
    }

    @Override
    protected @Nullable URL findResource(String name) {
        var bytes = files.get(name);
        try {
            return bytes == null ? null : new URL("plugin", "", -1, "/" + name, new Bytes(bytes));
        } catch (MalformedURLException e) {
            return null;
        }
    }

    @Override
    protected Enumeration<URL> findResources(String name) {
        var found = findResource(name);
        return found == null ? Collections.emptyEnumeration() : Collections.enumeration(List.of(found));
    }

    /** Opens what is in memory. */
    private static final class Bytes extends URLStreamHandler {
        private final byte[] bytes;

        Bytes(byte[] bytes) {
            this.bytes = bytes;
        }

        @Override
        protected URLConnection openConnection(URL url) {
            return new URLConnection(url) {
                @Override
                public void connect() {}

                @Override
                public InputStream getInputStream() {
                    return new ByteArrayInputStream(bytes);
                }
            };
        }
    }
}
