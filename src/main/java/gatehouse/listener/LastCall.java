package gatehouse.listener;

import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.unix.Buffer;
import io.netty.channel.unix.RawUnixChannelOption;
import io.netty.channel.unix.UnixChannel;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Closes a socket that accepts without a reset for those who wait in its queue. A client is connected, as far as it knows,
 * as soon as the kernel has answered it; until the connection is accepted it lies in a queue, and what lies there when
 * the socket is closed the kernel resets. So the queue has to be empty by then, and nothing may be put into it behind the
 * last look: the socket gets a packet filter that drops what opens connections, and is closed when none has been accepted
 * for a moment.
 *
 * <p>Only opening segments (SYN) are dropped. Clients that the kernel has answered but not heard of again may still get
 * in, and accepted connections, which inherit the filter, miss nothing that they need. Who is dropped knocks again after
 * a second, which is the time of the kernel, and finds the port closed or in other hands. Needs no privilege. Works on
 * Linux with epoll and io_uring; elsewhere the socket is closed at once.
 */
final class LastCall extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(LastCall.class);

    /** So long nothing must have been accepted; clients whose way there and back takes longer may come too late. */
    private static final long QUIET_MILLIS = 50;

    /** Then the socket is closed, whoever waits: accepting may fail for want of files. */
    private static final int MOST_LOOKS = 4;

    private static final int SOL_SOCKET = 1;
    private static final int SO_ATTACH_FILTER = 26;

    /** Size of {@code struct sock_fprog} with pointers of eight bytes; Netty has libraries for no others. */
    private static final int PROGRAM_BYTES = 16;

    /** Where that has its pointer. */
    private static final int POINTER = 8;

    private static final RawUnixChannelOption ATTACH_FILTER =
            new RawUnixChannelOption("SO_ATTACH_FILTER", SOL_SOCKET, SO_ATTACH_FILTER, PROGRAM_BYTES);

    private static final int INSTRUCTIONS = 5;
    private static final int INSTRUCTION_BYTES = 8;

    /** Classic BPF over the TCP header. The kernel copies it. */
    private static final ByteBuffer DROP_SYN = buffer(INSTRUCTIONS * INSTRUCTION_BYTES);

    static {
        instruction(0x30, 0, 0, 13); // A = the flags, byte 13 of the header
        instruction(0x54, 0, 0, 0x12); // A &= SYN | ACK
        instruction(0x15, 0, 1, 0x02); // unless A == SYN skip one
        instruction(0x06, 0, 0, 0); // drop
        instruction(0x06, 0, 0, -1); // pass, whatever its length
    }

    private final Channel socket;
    private boolean accepted;
    private int looks;

    private LastCall(Channel socket) {
        this.socket = socket;
    }

    /**
     * Closes a socket that accepts. Callable from any thread.
     *
     * @return completes when it is closed; never fails
     */
    static Future<Void> close(Channel socket) {
        if (!socket.isOpen()) {
            return Future.succeededFuture();
        }
        Promise<Void> closed = Promise.promise();
        socket.closeFuture().addListener(done -> closed.complete());
        socket.eventLoop().execute(() -> new LastCall(socket).begin());
        return closed.future();
    }

    private void begin() {
        if (!keepsNewcomersOut()) {
            var unused = socket.close();
            return;
        }
        socket.pipeline().addFirst(this);
        lookLater();
    }

    private boolean keepsNewcomersOut() {
        if (!(socket instanceof UnixChannel)) {
            return false;
        }
        var program = buffer(PROGRAM_BYTES)
                .putShort(0, (short) INSTRUCTIONS)
                .putLong(POINTER, Buffer.memoryAddress(DROP_SYN));
        try {
            return socket.config().setOption(ATTACH_FILTER, program);
        } catch (ChannelException e) { // such as from a kernel that has no filters
            LOG.debug("who waits to be accepted will be reset", e);
            return false;
        }
    }

    private void lookLater() {
        var unused = socket.eventLoop().schedule(this::look, QUIET_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** An event loop takes what its sockets have before it runs what is due, so a look behind a long pause is no blind one. */
    private void look() {
        looks++;
        if (accepted && looks < MOST_LOOKS) {
            accepted = false;
            lookLater();
            return;
        }
        var unused = socket.close();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object connection) {
        accepted = true;
        context.fireChannelRead(connection);
    }

    private static ByteBuffer buffer(int bytes) {
        return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
    }

    /** Adds a {@code struct sock_filter}. */
    private static void instruction(int code, int whenTrue, int whenFalse, int operand) {
        DROP_SYN.putShort((short) code)
                .put((byte) whenTrue)
                .put((byte) whenFalse)
                .putInt(operand);
    }
}
