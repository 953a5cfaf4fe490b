package gatehouse.faults;

import com.sun.tools.attach.AttachNotSupportedException;
import com.sun.tools.attach.VirtualMachine;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Asks a Java process what {@code jcmd} would, at the socket that HotSpot has for it, without a Java of its own for each question. */
final class Attached {
    private Attached() {}

    /** Gives the answer to a command such as {@code GC.run}. */
    static String ask(long pid, String command) throws IOException {
        var socket = Path.of("/tmp", ".java_pid" + pid);
        if (!Files.exists(socket)) {
            try {
                VirtualMachine.attach(Long.toString(pid)).detach(); // has it open the socket
            } catch (AttachNotSupportedException e) {
                throw new IOException(e);
            }
        }
        try (var channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            var question = "1\0jcmd\0" + command + "\0\0\0"; // version, kind, three arguments
            channel.write(ByteBuffer.wrap(question.getBytes(StandardCharsets.UTF_8)));
            var answer = new String(Channels.newInputStream(channel).readAllBytes(), StandardCharsets.UTF_8);
            if (!answer.startsWith("0\n")) {
                throw new IOException(command + ": " + answer);
            }
            return answer;
        }
    }
}
