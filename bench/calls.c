/* The service of gRPC behind every proxy: one thread, HTTP/2 without TLS by nghttp2's library, one message for one message.
 * calls PORT
 *   POST anything   reads the body to its end, then answers a message of the same size, and trailers with grpc-status: 0 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <nghttp2/nghttp2.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define CONNECTIONS 65536
#define PREFIX 5
#define WINDOW (1 << 24)

struct connection {
  nghttp2_session *session;
  int fd;
  const uint8_t *rest; /* what the library wants to send and the socket did not take */
  size_t rest_left;
  uint8_t *out;
  size_t filled;
  int writing; /* waits for the socket to take more */
};

/* One call. */
struct call {
  size_t size, at;
};

static struct connection *connections[CONNECTIONS];
static nghttp2_session_callbacks *callbacks;
static uint8_t in[1 << 18];
static uint8_t out[1 << 18];
static int poller;

#define FIELD(n, v) {(uint8_t *)n, (uint8_t *)v, sizeof(n) - 1, sizeof(v) - 1, NGHTTP2_NV_FLAG_NO_COPY_NAME | NGHTTP2_NV_FLAG_NO_COPY_VALUE}

static const nghttp2_nv head[] = {FIELD(":status", "200"), FIELD("content-type", "application/grpc")};
static const nghttp2_nv trailers[] = {FIELD("grpc-status", "0")};

static void forget(struct connection *it) {
  connections[it->fd] = NULL;
  close(it->fd);
  nghttp2_session_del(it->session);
  free(it->out);
  free(it);
}

static int begins(nghttp2_session *session, const nghttp2_frame *frame, void *unused) {
  (void)unused;
  if (frame->hd.type == NGHTTP2_HEADERS && frame->headers.cat == NGHTTP2_HCAT_REQUEST)
    nghttp2_session_set_stream_user_data(session, frame->hd.stream_id, calloc(1, sizeof(struct call)));
  return 0;
}

static int chunk(nghttp2_session *session, uint8_t flags, int32_t stream, const uint8_t *data, size_t size, void *unused) {
  (void)flags, (void)data, (void)unused;
  struct call *it = nghttp2_session_get_stream_user_data(session, stream);
  if (it) it->size += size;
  return 0;
}

/* The next bytes of a message: five that say how long it is, and zeros. */
static ssize_t give(nghttp2_session *session, int32_t stream, uint8_t *to, size_t most, uint32_t *flags,
                          nghttp2_data_source *source, void *unused) {
  (void)unused;
  struct call *it = source->ptr;
  size_t count = it->size - it->at < most ? it->size - it->at : most;
  memset(to, 0, count);
  if (it->at == 0 && count >= PREFIX) {
    uint32_t length = htonl((uint32_t)(it->size - PREFIX));
    memcpy(to + 1, &length, 4);
  }
  it->at += count;
  if (it->at == it->size) {
    *flags |= NGHTTP2_DATA_FLAG_EOF | NGHTTP2_DATA_FLAG_NO_END_STREAM;
    nghttp2_submit_trailer(session, stream, trailers, 1);
  }
  return (ssize_t)count;
}

static int received(nghttp2_session *session, const nghttp2_frame *frame, void *unused) {
  (void)unused;
  if ((frame->hd.type == NGHTTP2_DATA || frame->hd.type == NGHTTP2_HEADERS) && frame->hd.flags & NGHTTP2_FLAG_END_STREAM) {
    struct call *it = nghttp2_session_get_stream_user_data(session, frame->hd.stream_id);
    nghttp2_data_provider body = {.source.ptr = it, .read_callback = give};
    if (it) nghttp2_submit_response(session, frame->hd.stream_id, head, 2, &body);
  }
  return 0;
}

static int closed(nghttp2_session *session, int32_t stream, uint32_t code, void *unused) {
  (void)code, (void)unused;
  free(nghttp2_session_get_stream_user_data(session, stream));
  nghttp2_session_set_stream_user_data(session, stream, NULL);
  return 0;
}

static void watch(struct connection *it, int writing) {
  if (it->writing != writing) {
    struct epoll_event event = {.events = writing ? EPOLLIN | EPOLLOUT : EPOLLIN, .data.fd = it->fd};
    epoll_ctl(poller, EPOLL_CTL_MOD, it->fd, &event);
    it->writing = writing;
  }
}

/* Whether the connection is still there. What the socket does not take is kept. */
static int push(struct connection *it) {
  for (;;) {
    const uint8_t *bytes = it->out;
    size_t size = it->filled;
    if (!size) {
      bytes = out;
      const uint8_t *piece;
      ssize_t got;
      while (size < sizeof(out) / 2 && (got = nghttp2_session_mem_send(it->session, &piece)) > 0) {
        memcpy(out + size, piece, (size_t)got); /* a piece is a frame at most, 16 KiB and its head */
        size += (size_t)got;
      }
      if (!size) {
        watch(it, 0);
        return 1;
      }
    }
    ssize_t sent = send(it->fd, bytes, size, MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN) return 0;
    if (sent < 0) sent = 0;
    size_t left = size - (size_t)sent;
    if (left) {
      if (!it->out) it->out = malloc(sizeof(out));
      memmove(it->out, bytes + sent, left);
    }
    it->filled = left;
    if (left) {
      watch(it, 1);
      return 1;
    }
  }
}

static void take(int listener) {
  int fd;
  while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
    int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    struct connection *it = calloc(1, sizeof(*it));
    it->fd = fd;
    connections[fd] = it;
    nghttp2_session_server_new(&it->session, callbacks, it);
    nghttp2_settings_entry settings[] = {{NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, 1000},
                                         {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, 1 << 20}};
    nghttp2_submit_settings(it->session, NGHTTP2_FLAG_NONE, settings, 2);
    nghttp2_session_set_local_window_size(it->session, NGHTTP2_FLAG_NONE, 0, WINDOW);
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
    epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event);
    if (!push(it)) forget(it);
  }
}

static void serve(struct connection *it) {
  ssize_t got = recv(it->fd, in, sizeof(in), 0);
  if (got == 0 || (got < 0 && errno != EAGAIN) ||
      (got > 0 && nghttp2_session_mem_recv(it->session, in, (size_t)got) < 0) || !push(it))
    forget(it);
}

int main(int count, char **arguments) {
  if (count != 2) return fprintf(stderr, "calls PORT\n"), 2;
  signal(SIGPIPE, SIG_IGN);
  struct rlimit files = {CONNECTIONS, CONNECTIONS};
  setrlimit(RLIMIT_NOFILE, &files);
  nghttp2_session_callbacks_new(&callbacks);
  nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks, begins);
  nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, chunk);
  nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, received);
  nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, closed);
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), on = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  struct sockaddr_in address = {
      .sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(arguments[1])), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  if (bind(listener, (struct sockaddr *)&address, sizeof(address)) || listen(listener, 4096)) return perror("listen"), 1;
  poller = epoll_create1(0);
  struct epoll_event event = {.events = EPOLLIN, .data.fd = listener}, events[256];
  epoll_ctl(poller, EPOLL_CTL_ADD, listener, &event);
  for (;;) {
    int ready = epoll_wait(poller, events, 256, -1);
    for (int i = 0; i < ready; i++) {
      int fd = events[i].data.fd;
      if (fd == listener) {
        take(listener);
        continue;
      }
      struct connection *it = connections[fd];
      if (it && events[i].events & EPOLLOUT && !push(it)) {
        forget(it);
        continue;
      }
      if (it && events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) serve(it);
    }
  }
}
