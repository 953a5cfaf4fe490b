package gatehouse.testing;

import java.io.IOException;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/** A jar with some classes, compiled on the spot. */
public final class PluginJar {
    private PluginJar() {}

    /** Compiles a class and puts it, with those inside it, into a jar, in the place of one that may be there. */
    public static void write(Path jar, String className, String source) throws IOException {
        write(jar, Map.of(className, source));
    }

    /** As {@link #write(Path, String, String)}, with several classes. */
    public static void write(Path jar, Map<String, String> sources) throws IOException {
        var folder = Files.createTempDirectory("plugin");
        var errors = new StringWriter();
        var compiler = ToolProvider.getSystemJavaCompiler();
        var options = List.of(
                "-proc:none", "-d", folder.toString(), "-cp", System.getProperty("java.class.path"), "--release", "17");
        var units = sources.entrySet().stream()
                .map(each -> source(each.getKey(), each.getValue()))
                .toList();
        var compiled =
                compiler.getTask(errors, null, null, options, null, units).call();
        if (!compiled) {
            throw new IOException(errors.toString());
        }
        var made = Files.createTempFile("plugin", ".jar");
        try (var out = new JarOutputStream(Files.newOutputStream(made));
                var files = Files.walk(folder)) {
            for (var file : files.filter(Files::isRegularFile).toList()) {
                out.putNextEntry(new JarEntry(folder.relativize(file).toString()));
                out.write(Files.readAllBytes(file));
                Files.delete(file);
            }
        }
        Files.move(made, jar, StandardCopyOption.REPLACE_EXISTING);
    }

    private static JavaFileObject source(String className, String text) {
        var uri = URI.create("string:///" + className.replace('.', '/') + ".java");
        return new SimpleJavaFileObject(uri, JavaFileObject.Kind.SOURCE) {
            @Override
            public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                return text;
            }
        };
    }
}
