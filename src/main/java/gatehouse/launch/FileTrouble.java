package gatehouse.launch;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Objects;

/** Says in words for operators what keeps a file from being used. */
final class FileTrouble {
    private FileTrouble() {}

    /** The exception for a file that a key of the configuration names. */
    static NotTakenException of(String key, Path path, IOException cause) {
        return new NotTakenException(key + ": " + path + " can't be used: " + words(path, cause), cause);
    }

    /** The cause alone; where it is another file than the one asked for, with its name. */
    static String words(Path path, IOException cause) {
        if (cause instanceof FileSystemException failure) {
            var what = what(failure);
            var file = failure.getFile();
            return file == null || Path.of(file).equals(path) || Path.of(file).equals(path.toAbsolutePath())
                    ? what
                    : file + ": " + what;
        }
        if (cause.getCause() instanceof IOException inner) {
            return words(path, inner);
        }
        return Objects.requireNonNullElse(cause.getMessage(), "input or output failed");
    }

    private static String what(FileSystemException failure) {
        if (failure instanceof AccessDeniedException) {
            return "permission denied";
        }
        if (failure instanceof NoSuchFileException) {
            return "does not exist";
        }
        if (failure instanceof FileAlreadyExistsException) {
            return "is a file, not a folder"; // a folder was to be made there
        }
        var reason = failure.getReason();
        return reason == null || reason.isEmpty() ? "the system refuses it" : reason.toLowerCase(Locale.ROOT);
    }
}
