/* An open loop: requests are due on a schedule, whatever the answers do.
 * paced PORT PATH REQUESTS_PER_SECOND SECONDS CONNECTIONS [FILE]
 * CONNECTIONS is how many are open from the start, or FEW-MOST: another one is opened when all are busy. When the schedule begins, those
 * from the start have had an answer that does not count, and without MOST half a second has passed, in which a proxy is done with those
 * of before: what is measured is the service, not how fast 64 clients at once are let in.
 * A request that finds no free connection waits in line, and its time counts from when it was due, not from when it could
 * be sent: a proxy that stands still for a second is slow for every request of that second, not for the 64 under way.
 * Prints: requests errors late_starts p50_us p99_us p999_us max_us, the times of answers that begin with 2.
 * FILE gets a line for each request in order: status, or 0 where no answer came, time in us, and by how many us it was sent late. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
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
#define SETTLING_MILLIS 500
#define NOBODY (-1)
#define FIRST (-2)

struct connection {
  int fd;
  long request;    /* the one under way, or NOBODY, or FIRST, which does not count */
  int unsent;      /* the connection is still being made */
  char in[4096];
  size_t filled;
};

static char asked[512];
static size_t asked_size;
static struct sockaddr_in address = {.sin_family = AF_INET};
static int poller, timer;
static struct connection *connections;
static int *idle, idle_count;     /* which are open and free, the one used last at the end */
static int *unused, unused_count; /* which are not open */
static short *statuses;
static unsigned *times, *lates;   /* in microseconds */
static long sent, done;
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

static void watch(int number, int operation, int events) {
  struct epoll_event event = {.events = events, .data.u32 = number};
  epoll_ctl(poller, operation, connections[number].fd, &event);
}

static void finish(struct connection *it, short status) {
  if (it->request != FIRST) {
    statuses[it->request] = status;
    times[it->request] = (now() - began - it->request * step) / 1000;
    done++;
  }
  it->request = NOBODY;
}

/* The connection is lost, and what was asked on it. */
static void lose(int number) {
  struct connection *it = &connections[number];
  if (it->request == NOBODY) {
    for (int i = 0; i < idle_count; i++) {
      if (idle[i] == number) {
        memmove(&idle[i], &idle[i + 1], (--idle_count - i) * sizeof *idle);
        break;
      }
    }
  } else {
    finish(it, 0);
  }
  close(it->fd);
  unused[unused_count++] = number;
}

static int open_one(void) {
  int number = unused[--unused_count], yes = 1;
  struct connection *it = &connections[number];
  it->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  it->request = NOBODY;
  it->unsent = 0;
  setsockopt(it->fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  if (connect(it->fd, (struct sockaddr *) &address, sizeof address) && errno != EINPROGRESS) {
    perror("paced");
    exit(1);
  }
  watch(number, EPOLL_CTL_ADD, EPOLLIN);
  return number;
}

static void ask(int number) {
  struct connection *it = &connections[number];
  ssize_t went = send(it->fd, asked, asked_size, MSG_NOSIGNAL);
  if (went == (ssize_t) asked_size) {
    if (it->unsent) {
      it->unsent = 0;
      watch(number, EPOLL_CTL_MOD, EPOLLIN);
    }
  } else if (went < 0 && errno == EAGAIN && !it->unsent) {
    it->unsent = 1;
    watch(number, EPOLL_CTL_MOD, EPOLLIN | EPOLLOUT);
  } else if (!(went < 0 && errno == EAGAIN)) {
    lose(number);
  }
}

/* Sends what is due as far as there are free connections or may be more. */
static void start_due(long long at) {
  while (sent < total && idle_count + unused_count > 0 && began + sent * step <= at) {
    int number = idle_count > 0 ? idle[--idle_count] : open_one();
    connections[number].request = sent;
    connections[number].filled = 0;
    lates[sent] = (at - began - sent * step) / 1000;
    sent++;
    ask(number);
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
  ssize_t got = read(it->fd, it->in + it->filled, sizeof it->in - 1 - it->filled);
  if (got < 0 && errno == EAGAIN) {
    return;
  }
  if (got <= 0 || it->request == NOBODY) {
    lose(number);
    return;
  }
  it->filled += got;
  it->in[it->filled] = 0;
  if (whole(it) > 0) {
    finish(it, it->filled < 12 ? 0 : atoi(it->in + 9));
    it->filled = 0;
    idle[idle_count++] = number;
  } else if (it->filled == sizeof it->in - 1) {
    lose(number);
  }
}

/* Waits for what comes, or until the timer says that a request is due, and reads it. */
static void turn(int most) {
  struct epoll_event ready[256];
  int woken = epoll_wait(poller, ready, 256, 1000);
  for (int i = 0; i < woken; i++) {
    int number = ready[i].data.u32;
    if (number == most) {
      unsigned long long ticks;
      if (read(timer, &ticks, sizeof ticks) < 0) {
        continue;
      }
    } else if (ready[i].events & EPOLLOUT) {
      ask(number);
    } else {
      readable(number);
    }
  }
}

static void open_first(int few, int most) {
  for (int i = 0; i < few; i++) {
    int number = open_one();
    connections[number].request = FIRST;
    connections[number].filled = 0;
    ask(number);
  }
  long long end = now() + GRACE_NANOS;
  while (idle_count + unused_count < most && now() < end) {
    turn(most);
  }
}

static void tell(const char *file) {
  long good = 0, late = 0;
  FILE *lines = file ? fopen(file, "w") : NULL;
  if (file && !lines) {
    perror(file);
    exit(1);
  }
  for (long i = 0; i < total; i++) {
    if (lines) {
      fprintf(lines, "%d %u %u\n", statuses[i], times[i], lates[i]);
    }
    late += lates[i] > 1000;
    if (statuses[i] / 100 == 2) {
      times[good++] = times[i];
    }
  }
  if (lines) {
    fclose(lines);
  }
  qsort(times, good, sizeof *times, order);
  double shares[] = {0.5, 0.99, 0.999, 1};
  printf("%ld %ld %ld", good, total - good, late); /* what was never answered is an error, too */
  for (int i = 0; i < 4; i++) {
    printf(" %u", good ? times[(long) (shares[i] * (good - 1))] : 0);
  }
  printf("\n");
}

int main(int count, char **given) {
  if (count < 6 || count > 7) {
    fprintf(stderr, "paced PORT PATH REQUESTS_PER_SECOND SECONDS CONNECTIONS [FILE]\n");
    return 2;
  }
  double rate = atof(given[3]);
  char *dash = strchr(given[5], '-');
  int few = atoi(given[5]), most = dash ? atoi(dash + 1) : few;
  step = 1e9 / rate;
  total = rate * atof(given[4]);
  asked_size = snprintf(asked, sizeof asked, "GET %s HTTP/1.1\r\nHost: bench.test\r\n\r\n", given[2]);
  address.sin_port = htons(atoi(given[1]));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  connections = calloc(most, sizeof *connections);
  idle = calloc(most, sizeof *idle);
  unused = calloc(most, sizeof *unused);
  statuses = calloc(total + 1, sizeof *statuses);
  times = calloc(total + 1, sizeof *times);
  lates = calloc(total + 1, sizeof *lates);
  poller = epoll_create1(0);
  timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
  struct epoll_event event = {.events = EPOLLIN, .data.u32 = most};
  epoll_ctl(poller, EPOLL_CTL_ADD, timer, &event);
  for (int i = most - 1; i >= 0; i--) {
    unused[unused_count++] = i;
  }
  open_first(few, most);
  began = now() + (dash ? 10 : SETTLING_MILLIS) * 1000000LL;
  long long end = began + total * step + GRACE_NANOS;
  while (done < total && now() < end) {
    start_due(now());
    if (sent < total && idle_count + unused_count > 0) {
      long long due = began + sent * step;
      struct itimerspec next = {.it_value = {due / 1000000000LL, due % 1000000000LL}};
      timerfd_settime(timer, TFD_TIMER_ABSTIME, &next, NULL);
    }
    turn(most);
  }
  for (int i = 0; i < most; i++) { /* what is still under way */
    if (connections[i].request != NOBODY && connections[i].fd > 0) {
      finish(&connections[i], 0);
    }
  }
  tell(given[6]);
  return 0;
}
