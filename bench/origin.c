/* The service behind every proxy: one thread, answers made beforehand, nothing else. Its cost must stay below any proxy's.
 * origin PORT
 *   GET /16KiB /1MiB   that many bytes
 *   GET /1GiB          streams them
 *   GET /slow          150 bytes, 50 ms later
 *   GET /most          150 bytes that begin with how many were ever kept waiting at once
 *   GET /ws            switches to WebSocket, for the key of RFC 6455's example, and sends back what comes
 *   GET anything else  150 bytes
 *   POST               reads a body with Content-Length to its end, then answers 150 bytes */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define IN_SIZE 65536
#define BODY_SIZE (1 << 20)
#define CONNECTIONS 65536
#define SLOW_NANOS 50000000LL

struct connection {
  long number;         /* how many there were before */
  char *in;            /* what was read and not yet understood */
  size_t filled;
  long long body_left; /* bytes of a request body still to come */
  int echoing;         /* what comes goes back */
  int answering;       /* an upload is to be answered when its body is in */
  char head[160];
  size_t head_left, head_at;
  long long out_left;  /* bytes of an answer's body still to go */
  int writing;         /* waits for the socket to take more */
};

static struct connection *connections[CONNECTIONS];
static char *zeros;
static const char switched[] = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";
static char scratch[1 << 18];
static char small[512];
static size_t small_size;
static int poller;

/* Who waits, in the order of their turn. */
static struct waiting {
  int fd;
  long number;
  long long until;
} line[CONNECTIONS];
static unsigned line_from, line_to, line_most;

static long long now(void) {
  struct timespec at;
  clock_gettime(CLOCK_MONOTONIC, &at);
  return at.tv_sec * 1000000000LL + at.tv_nsec;
}

static void forget(int fd) {
  struct connection *it = connections[fd];
  connections[fd] = NULL;
  close(fd);
  free(it->in);
  free(it);
}

static void watch(int fd, struct connection *it, int writing) {
  if (it->writing != writing) {
    struct epoll_event event = {.events = writing ? EPOLLIN | EPOLLOUT : EPOLLIN, .data.fd = fd};
    epoll_ctl(poller, EPOLL_CTL_MOD, fd, &event);
    it->writing = writing;
  }
}

/* Whether the connection is still there. */
static int push(int fd, struct connection *it) {
  while (it->head_left + it->out_left > 0) {
    ssize_t sent;
    if (it->head_left > 0) {
      sent = send(fd, it->head + it->head_at, it->head_left, MSG_NOSIGNAL | (it->out_left ? MSG_MORE : 0));
    } else {
      sent = send(fd, zeros, it->out_left < BODY_SIZE ? it->out_left : BODY_SIZE, MSG_NOSIGNAL);
    }
    if (sent < 0) {
      if (errno == EAGAIN) {
        watch(fd, it, 1);
        return 1;
      }
      forget(fd);
      return 0;
    }
    if (it->head_left > 0) {
      it->head_left -= sent;
      it->head_at += sent;
    } else {
      it->out_left -= sent;
    }
  }
  watch(fd, it, 0);
  return 1;
}

static int answer(int fd, struct connection *it, long long size) {
  if (size == 0 && it->head_left + it->out_left == 0) {
    if (send(fd, small, small_size, MSG_NOSIGNAL) == (ssize_t) small_size) {
      return 1;
    }
    forget(fd); /* 300 bytes that do not fit: nobody reads */
    return 0;
  }
  it->head_at = 0;
  it->head_left = snprintf(it->head, sizeof it->head,
      "HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: %lld\r\n\r\n", size);
  it->out_left = size;
  return push(fd, it);
}

/* All of it, as who sends waits for it before sending more; 0 when the connection went. */
static int say(int fd, const char *text, size_t size) {
  if (send(fd, text, size, MSG_NOSIGNAL) == (ssize_t) size) {
    return 1;
  }
  forget(fd);
  return 0;
}

static int keep_waiting(int fd, struct connection *it) {
  line[line_to++ % CONNECTIONS] = (struct waiting) {fd, it->number, now() + SLOW_NANOS};
  line_most = line_to - line_from > line_most ? line_to - line_from : line_most;
  return 1;
}

/* Answers those whose turn it is; gives how many ms the next one has to wait, or -1. */
static int answer_line(void) {
  for (; line_from != line_to; line_from++) {
    struct waiting *first = &line[line_from % CONNECTIONS];
    long long left = first->until - now();
    if (left > 0) {
      return left / 1000000 + 1;
    }
    struct connection *it = connections[first->fd];
    if (it && it->number == first->number) {
      answer(first->fd, it, 0);
    }
  }
  return -1;
}

static int say_most(int fd) {
  char text[sizeof small];
  memcpy(text, small, small_size);
  int size = snprintf(text + small_size - 150, 150, "%u", line_most);
  text[small_size - 150 + size] = ' ';
  return say(fd, text, small_size);
}

static long long length_of(const char *head, const char *end) {
  for (const char *line = head; line && line < end; line = memchr(line, '\n', end - line)) {
    line += *line == '\n';
    if (strncasecmp(line, "content-length:", 15) == 0) {
      return atoll(line + 15);
    }
  }
  return 0;
}

/* Understands one request at the start of what was read; 0 when the connection went, -1 when more is needed. */
static int request(int fd, struct connection *it) {
  char *end = memmem(it->in, it->filled, "\r\n\r\n", 4);
  if (!end) {
    return -1;
  }
  if (memcmp(it->in, "GET /ws ", 8) == 0) {
    it->filled = 0;
    it->echoing = 1;
    return say(fd, switched, sizeof switched - 1);
  }
  long long size = 0;
  int slow = memcmp(it->in, "GET /slow", 9) == 0, most = memcmp(it->in, "GET /most", 9) == 0;
  if (memcmp(it->in, "GET /1", 6) == 0) {
    size = it->in[6] == '6' ? 16384 : it->in[6] == 'M' ? 1 << 20 : it->in[6] == 'G' ? 1 << 30 : 0;
  }
  it->body_left = it->in[0] == 'G' ? 0 : length_of(it->in, end);
  size_t used = end + 4 - it->in;
  long long of_body = (long long) (it->filled - used) < it->body_left ? (long long) (it->filled - used) : it->body_left;
  it->body_left -= of_body;
  used += of_body;
  it->filled -= used;
  memmove(it->in, it->in + used, it->filled);
  if (it->body_left > 0) {
    it->answering = 1;
    return -1;
  }
  if (slow) {
    return keep_waiting(fd, it);
  }
  return most ? say_most(fd) : answer(fd, it, size);
}

static void readable(int fd, struct connection *it) {
  if (it->echoing) {
    ssize_t got = read(fd, scratch, sizeof scratch);
    if (got > 0) {
      say(fd, scratch, got);
    } else if (got == 0 || errno != EAGAIN) {
      forget(fd);
    }
    return;
  }
  while (it->body_left > 0) {
    ssize_t got = read(fd, scratch, it->body_left < (long long) sizeof scratch ? it->body_left : (long long) sizeof scratch);
    if (got <= 0) {
      if (got == 0 || errno != EAGAIN) {
        forget(fd);
      }
      return;
    }
    it->body_left -= got;
  }
  if (it->answering) {
    it->answering = 0;
    if (!answer(fd, it, 0)) {
      return;
    }
  }
  ssize_t got = read(fd, it->in + it->filled, IN_SIZE - it->filled);
  if (got <= 0) {
    if (got == 0 || errno != EAGAIN) {
      forget(fd);
    }
    return;
  }
  it->filled += got;
  while (it->filled > 0 && it->out_left == 0) {
    if (request(fd, it) <= 0) {
      return;
    }
  }
}

int main(int count, char **given) {
  struct rlimit files;
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  signal(SIGPIPE, SIG_IGN);
  zeros = calloc(1, BODY_SIZE);
  char text[151];
  memset(text, 'x', 150);
  text[150] = 0;
  small_size = snprintf(small, sizeof small,
      "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 150\r\n\r\n%s", text);
  int listening = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), yes = 1;
  setsockopt(listening, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  struct sockaddr_in address = {
    .sin_family = AF_INET, .sin_port = htons(count > 1 ? atoi(given[1]) : 9000), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  if (bind(listening, (struct sockaddr *) &address, sizeof address) || listen(listening, 4096)) {
    perror("origin");
    return 1;
  }
  poller = epoll_create1(0);
  long accepted = 0;
  struct epoll_event event = {.events = EPOLLIN, .data.fd = listening}, ready[256];
  epoll_ctl(poller, EPOLL_CTL_ADD, listening, &event);
  for (;;) {
    int many = epoll_wait(poller, ready, 256, answer_line());
    for (int i = 0; i < many; i++) {
      int fd = ready[i].data.fd;
      if (fd == listening) {
        int taken;
        while ((taken = accept4(listening, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
          if (taken >= CONNECTIONS) {
            close(taken);
            continue;
          }
          setsockopt(taken, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
          connections[taken] = calloc(1, sizeof(struct connection));
          connections[taken]->number = accepted++;
          connections[taken]->in = malloc(IN_SIZE);
          event = (struct epoll_event) {.events = EPOLLIN, .data.fd = taken};
          epoll_ctl(poller, EPOLL_CTL_ADD, taken, &event);
        }
        continue;
      }
      struct connection *it = connections[fd];
      if (it && (ready[i].events & EPOLLOUT) && !push(fd, it)) {
        continue;
      }
      if (it && (ready[i].events & (EPOLLIN | EPOLLERR | EPOLLHUP))) {
        readable(fd, it);
      }
    }
  }
}
