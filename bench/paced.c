/* An open loop: requests are due on a schedule, whatever the answers do.
 * paced PORT PATH REQUESTS_PER_SECOND SECONDS CONNECTIONS
 * A request that finds no free connection waits in line, and its time counts from when it was due, not from when it could
 * be sent: a proxy that stands still for a second is slow for every request of that second, not for the 64 under way.
 * Prints: requests errors late_starts p50_us p99_us p999_us max_us */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#define GRACE_NANOS 5000000000LL

struct connection {
  int fd;
  long long due;   /* of the request under way */
  char in[4096];
  size_t filled;
};

static char asked[512];
static size_t asked_size;
static struct connection *connections;
static int *idle, idle_count;
static unsigned *times; /* in microseconds */
static long sent, done, failed, late;
static long long began, step;
static long total;

static long long now(void) {
  struct timespec at;
  clock_gettime(CLOCK_MONOTONIC, &at);
  return at.tv_sec * 1000000000LL + at.tv_nsec;
}

static int order(const void *a, const void *b) {
  unsigned x = *(const unsigned *) a, y = *(const unsigned *) b;
  return (x > y) - (x < y);
}

/* Sends what is due as far as there are free connections. */
static void start_due(long long at) {
  while (sent < total && idle_count > 0 && began + sent * step <= at) {
    struct connection *it = &connections[idle[--idle_count]];
    it->due = began + sent * step;
    it->filled = 0;
    late += at - it->due > 1000000;
    sent++;
    if (send(it->fd, asked, asked_size, MSG_NOSIGNAL) != (ssize_t) asked_size) {
      failed++; /* the connection is lost, and so is its place */
    }
  }
}

/* Size of a whole answer at the start of what was read, or 0. */
static size_t whole(struct connection *it) {
  char *end = memmem(it->in, it->filled, "\r\n\r\n", 4);
  if (!end) {
    return 0;
  }
  *end = 0;
  char *field = strcasestr(it->in, "\r\ncontent-length:");
  *end = '\r';
  size_t size = end + 4 - it->in + (field ? strtoul(field + 17, NULL, 10) : 0);
  return it->filled >= size ? size : 0;
}

static void readable(int number) {
  struct connection *it = &connections[number];
  ssize_t got = read(it->fd, it->in + it->filled, sizeof it->in - it->filled);
  if (got <= 0) {
    if (got < 0 && errno == EAGAIN) {
      return;
    }
    failed++;
    close(it->fd);
    return;
  }
  it->filled += got;
  if (whole(it) > 0) {
    if (it->filled < 12 || it->in[9] != '2') {
      failed++;
    } else {
      times[done++] = (now() - it->due) / 1000;
    }
    idle[idle_count++] = number;
  } else if (it->filled == sizeof it->in) {
    failed++;
    close(it->fd);
  }
}

static unsigned at(double share) {
  return done ? times[(long) (share * (done - 1))] : 0;
}

int main(int count, char **given) {
  if (count != 6) {
    fprintf(stderr, "paced PORT PATH REQUESTS_PER_SECOND SECONDS CONNECTIONS\n");
    return 2;
  }
  double rate = atof(given[3]);
  int many = atoi(given[5]);
  step = 1e9 / rate;
  total = rate * atof(given[4]);
  asked_size = snprintf(asked, sizeof asked, "GET %s HTTP/1.1\r\nHost: bench.test\r\n\r\n", given[2]);
  connections = calloc(many, sizeof *connections);
  idle = calloc(many, sizeof *idle);
  times = calloc(total + 1, sizeof *times);
  int poller = epoll_create1(0), clock = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK), yes = 1;
  struct epoll_event event = {.events = EPOLLIN, .data.u32 = many}, ready[256];
  epoll_ctl(poller, EPOLL_CTL_ADD, clock, &event);
  struct sockaddr_in address = {
    .sin_family = AF_INET, .sin_port = htons(atoi(given[1])), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  for (int i = 0; i < many; i++) {
    connections[i].fd = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(connections[i].fd, (struct sockaddr *) &address, sizeof address)) {
      perror("paced");
      return 1;
    }
    setsockopt(connections[i].fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    fcntl(connections[i].fd, F_SETFL, O_NONBLOCK);
    event = (struct epoll_event) {.events = EPOLLIN, .data.u32 = i};
    epoll_ctl(poller, EPOLL_CTL_ADD, connections[i].fd, &event);
    idle[idle_count++] = i;
  }
  began = now() + 10000000;
  long long end = began + total * step + GRACE_NANOS;
  while (done + failed < total && now() < end) {
    start_due(now());
    if (sent < total && idle_count > 0) {
      long long due = began + sent * step;
      struct itimerspec next = {.it_value = {due / 1000000000LL, due % 1000000000LL}};
      timerfd_settime(clock, TFD_TIMER_ABSTIME, &next, NULL);
    }
    int woken = epoll_wait(poller, ready, 256, 1000);
    for (int i = 0; i < woken; i++) {
      if (ready[i].data.u32 == (unsigned) many) {
        unsigned long long ticks;
        if (read(clock, &ticks, sizeof ticks) < 0) {
          continue;
        }
      } else {
        readable(ready[i].data.u32);
      }
    }
  }
  failed += total - done - failed > 0 ? total - done - failed : 0; /* what was never answered, too */
  qsort(times, done, sizeof *times, order);
  printf("%ld %ld %ld %u %u %u %u\n", done, failed, late, at(0.5), at(0.99), at(0.999), at(1));
  return 0;
}
