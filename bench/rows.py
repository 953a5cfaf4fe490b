"""The rows of the table: which load on which proxies. docs/performance.md says what each is for."""

import threading
import time
import urllib.request

import hold
import load
from proc import NoAnswer
from targets import FEW, CREDENTIALS, EACH, asked_host, asked_route, java_release

GIB = 1 << 30
MIB = 1 << 20
ALL = ("gatehouse", "gatehouse-io_uring", "gatehouse-nio", "nginx", "haproxy", "caddy", "spring")
STREAMS = ("gatehouse", "nginx", "haproxy")
ONE_EACH = ("gatehouse", "nginx", "haproxy", "caddy", "spring")


class Row:
    """One line per entry: a label, the target that is started for it, and what is special about its setup. Entries with the same
    target and setup are of one process: they differ in what is asked for."""

    def __init__(self, name, about, entries, measure, warm=None, base="nginx", connections=64, rehearsed=False, processes=1):
        self.name = name
        self.about = about
        self.entries = entries
        self.measure = measure  # (bench, proxy, seconds, label) -> numbers
        self.warm = warm or measure  # the load of the warm-up
        self.base = base  # the label that ratios are to
        self.connections = connections
        self.processes = processes  # of each entry that is a JVM: one differs from another by as much as some rows are about
        self.rehearsed = rehearsed  # whether a JVM meets the load itself before it counts, as the warm-up is another one


def each(names, **changes):
    return [(name, name, changes) for name in names]


def wrk(path="/small", connections=64):
    return lambda bench, proxy, seconds, label: load.measured(proxy, bench.origin, lambda: load.wrk(
        proxy.port, path, seconds, bench.load_core, connections))


def https(path, connections, field=None):
    return lambda bench, proxy, seconds, label: load.measured(proxy, bench.origin, lambda: load.wrk(
        proxy.https, path, seconds, bench.load_core, connections, field=field, scheme="https"))


def h2c(bench, proxy, seconds, label):
    return load.measured(proxy, bench.origin, lambda: load.h2load(
        proxy.h2c, "/small", seconds, bench.load_core, bench.folder))


def calls(size, clients, streams):
    return lambda bench, proxy, seconds, label: load.measured(proxy, bench.calls(), lambda: load.calls(
        proxy.h2c, size, seconds, bench.load_core, bench.folder, clients, streams))


def guarded(bench, proxy, seconds, label):
    """The route with the policy that the label ends with."""
    return load.measured(proxy, bench.origin, lambda: load.wrk(
        proxy.port, "/small", seconds, bench.load_core, host=asked_host(label), field=CREDENTIALS.get(label.split()[-1])))


def routed(bench, proxy, seconds, label):
    count = int(label.split()[1])
    path, host = asked_route(count)
    return load.measured(proxy, bench.origin, lambda: load.wrk(
        proxy.few if count == FEW else proxy.port, path, seconds, bench.load_core, host=host))


def scraped(bench, proxy, seconds, label):
    """A look at /metrics every half second beside the load, where the label says so."""
    done = threading.Event()

    def scrape():
        while not done.wait(0.5):
            urllib.request.urlopen(f"http://127.0.0.1:{proxy.admin}/metrics", timeout=10).read()

    thread = threading.Thread(target=scrape)
    if label.endswith("scraped"):
        thread.start()
    try:
        return wrk()(bench, proxy, seconds, label)
    finally:
        done.set()
        if thread.ident:
            thread.join()


def paced(bench, proxy, seconds, label):
    """Half of what the slowest reached at the end of its warm-up, the same for all."""
    rate = max(10, min(numbers[-1]["rps"] for numbers in bench.warmed.values()) / 2)
    result = load.measured(proxy, bench.origin, lambda: load.paced(
        proxy.port, "/small", seconds, bench.load_core, rate))
    result["asked_rps"] = rate
    return result


def stream(bench, proxy, seconds, label, port=None):
    """Down, then up; the CPU time is that of both gigabytes."""
    port = port or proxy.port
    before = proxy.memory()
    proxy.reset_peak()
    start, cpu = time.monotonic(), sum(proxy.cpu())
    complete = hold.download(port, "/1GiB", GIB) >= GIB
    down = proxy.memory(peak=True) - before
    proxy.reset_peak()
    accepted = hold.upload(port, "/sink", GIB)
    up = proxy.memory(peak=True) - before
    return {"requests": 2, "errors": 2 - complete - accepted, "cpu_ms_per_gib": (sum(proxy.cpu()) - cpu) * 500,
            "mib_per_s": 2048 / (time.monotonic() - start), "peak_down_mib": down / MIB, "peak_up_mib": up / MIB}


def bytes_asked(bench, proxy, seconds, label):
    return load.measured(proxy, bench.origin, lambda: load.wrk(proxy.tcp, "/small", seconds, bench.load_core))


def bytes_streamed(bench, proxy, seconds, label):
    try:
        return stream(bench, proxy, seconds, label, proxy.tcp)
    except OSError as failure:
        raise NoAnswer(f"a stream broke off: {failure}") from failure


def talk(kind, port):
    return lambda bench, proxy, seconds, label: load.measured(proxy, bench.origin, lambda: load.talk(
        kind, getattr(proxy, port), seconds, bench.load_core, bench.origin.port))


def idle(count, http2):
    def measure(bench, proxy, seconds, label):
        port = proxy.h2c if http2 else proxy.port
        for one in hold.idle(port, 100, http2):  # classes and pools that the first few cost once
            one.close()
        time.sleep(0.5)
        before = proxy.memory()
        held = hold.idle(port, count, http2)
        added = proxy.memory() - before
        cpu = sum(proxy.cpu())
        time.sleep(2)
        spent = sum(proxy.cpu()) - cpu
        for one in held:
            one.close()
        return {"requests": count, "errors": 0, "each_kib": added / 1024 / count, "added_mib": added / MIB,
                "idle_cpu_percent": spent * 50}
    return measure


def start(bench, proxy, seconds, label):
    return {"requests": 1, "errors": 0, "ready_ms": proxy.started_in * 1000, "start_cpu_ms": sum(proxy.cpu()) * 1000,
            "memory_mib": proxy.memory() / MIB}


def routes():
    entries = [(f"{name} {count} routes", name, {"routes": 10_000})
               for name in ("gatehouse", "nginx") for count in (FEW, 10_000)]
    return Row("routes", "150 B over 10 and 10,000 routes, on two listeners of one process", entries, routed,
               base="gatehouse 10 routes")


def encrypted(name, about, measure):
    entries = [("gatehouse jdk", "gatehouse", {"tls": "jdk"}), ("gatehouse openssl", "gatehouse", {"tls": "openssl"}),
               ("nginx", "nginx", {"tls": "openssl"}), ("haproxy", "haproxy", {"tls": "openssl"})]
    return Row(name, about, entries, measure)


FLAGS = ("-XX:+UseTransparentHugePages", "-XX:+UseParallelGC", "-XX:+UseG1GC", "-Xmx64m", "-Xms1g", "-Dvertx.disableTCCL=true",
         "-Dio.netty.leakDetection.level=disabled", *(["-XX:+UseCompactObjectHeaders"] if java_release() >= 25 else []))

ROWS = [
    Row("small", "HTTP/1.1, 150 B, 64 connections", each(ALL), wrk()),
    Row("16k", "HTTP/1.1, 16 KiB, 64 connections", each(ALL), wrk("/16KiB")),
    Row("1m", "HTTP/1.1, 1 MiB, 16 connections", each(ONE_EACH), wrk("/1MiB", 16)),
    Row("stream", "1 GiB down, 1 GiB up, one connection", each(ONE_EACH), stream),
    encrypted("tls", "https in, HTTP/1.1 out, 150 B, 64 connections", https("/small", 64)),
    encrypted("tls-1m", "https in, HTTP/1.1 out, 1 MiB, 16 connections", https("/1MiB", 16)),
    encrypted("tls-connect", "https in, HTTP/1.1 out, a connection for each request of 150 B, 64 at a time",
              https("/small", 64, "Connection: close")),
    Row("h2c", "h2c in, HTTP/1.1 out, 150 B, 16 connections x 4 streams",
        each(("gatehouse", "gatehouse-io_uring", "nginx", "haproxy", "caddy", "spring")), h2c),
    *[Row(f"grpc-{clients}{name}", f"unary calls of gRPC, {text} both ways, {clients} connection{'s' * (clients > 1)} x {64 // clients}",
          each(("gatehouse", "nginx", "haproxy"), calls=True), calls(size, clients, 64 // clients), connections=clients)
      for size, name, text in ((64, "", "64 B"), (65536, "-64k", "64 KiB")) for clients in (1, 64)],
    Row("hit", "150 B from the cache, 64 connections", each(("gatehouse", "nginx", "varnish"), cache=True, log=False), wrk()),
    Row("hit-16k", "16 KiB from the cache, 64 connections",
        each(("gatehouse", "nginx", "varnish"), cache=True, log=False), wrk("/16KiB")),
    Row("hit-h2c", "150 B from the cache over h2c, 16 connections x 4 streams",
        each(("gatehouse", "nginx"), cache=True, log=False), h2c),
    routes(),
    Row("policies", "150 B with all policies off, with five that many routes have, and with all on",
        [(f"gatehouse {how}", "gatehouse", {"policies": how}) for how in ("off", "default", "five", "on")], wrk(), base="gatehouse off",
        processes=3),
    Row("policy", "150 B with one policy that is asked for, each alone, on a route of its own of one gateway",
        [(f"gatehouse {how}", "gatehouse", {"policies": "each"}) for how in EACH], guarded, base="gatehouse default"),
    Row("log", "150 B with the access log on and off",
        [(f"{name} {'log' if on else 'no log'}", name, {"log": on})
         for name in ("gatehouse", "nginx") for on in (True, False)], wrk(), base="gatehouse no log", processes=3),
    Row("flags", "150 B with flags of the virtual machine", [("gatehouse", "gatehouse", {}),
        *[(f"gatehouse {flag.rsplit('+')[-1].rsplit('.')[-1]}", "gatehouse", {"flags": [flag]}) for flag in FLAGS]], wrk(), base="gatehouse"),
    Row("metrics", "150 B with /metrics read twice a second, and not",
        [("gatehouse", "gatehouse", {}), ("gatehouse scraped", "gatehouse", {})], scraped, base="gatehouse"),
    Row("tcp", "bytes: 150 B asked and answered, 64 connections", each(STREAMS, streams=True), bytes_asked),
    Row("tcp-stream", "bytes: 1 GiB down, 1 GiB up, one connection", each(STREAMS, streams=True), bytes_streamed),
    Row("tcp-connect", "bytes: a connection for each request of 150 B, 64 at a time", each(STREAMS, streams=True),
        talk("connect", "tcp")),
    Row("tunnel", "forward proxy: a tunnel for each request of 150 B, 64 at a time", each(("gatehouse",), streams=True),
        talk("tunnel", "forward"), base="gatehouse"),
    Row("pieces", "HTTP/1.1, a body of 100 B written apart from its head by a client that waits between (Nagle), 64 connections",
        each(("gatehouse", "gatehouse-io_uring", "nginx", "haproxy")), talk("pieces", "port")),
    Row("ws", "WebSocket: 125 B there and back, 64 connections", each(STREAMS, streams=True), talk("ws", "port")),
    Row("open", "open loop at half of the slowest's capacity, 64 connections", each(ONE_EACH), paced, wrk(), rehearsed=True),
    *[Row(f"idle-{count // 1000}k{'-h2c' if http2 else ''}",
          f"{count:,} idle connections over {'h2c' if http2 else 'HTTP/1.1'}", each(ONE_EACH), idle(count, http2), wrk(), connections=count)
      for count in (1_000, 10_000) for http2 in (False, True)],
    Row("start", "from exec to the first answer, all cores",
        [("gatehouse", "gatehouse", {}), ("gatehouse archive", "gatehouse", {"archive": True}),
         *each(("nginx", "haproxy", "caddy", "spring"))], start),
]


def chosen(names):
    """Rows by name or by the beginning of one, such as idle."""
    wanted = [name for name in names.split(",") if name]
    unknown = [name for name in wanted if not any(row.name.startswith(name) for row in ROWS)]
    if unknown:
        raise SystemExit(f"no row {', '.join(unknown)}; there are {', '.join(row.name for row in ROWS)}")
    exact = {row.name for row in ROWS if row.name in wanted}
    return [row for row in ROWS if not wanted or row.name in exact
            or any(name not in exact and row.name.startswith(name) for name in wanted)]
