"""Load on a proxy, and what serves it: wrk, h2load, an open loop of our own, an origin cheaper than any proxy."""

import os
import re
import subprocess
import sys
import time

from proc import NoAnswer, Process, free_port
from targets import BUILT

HOST = "bench.test"


class Origin:
    """A service behind the proxies, on the core of the load: `origin` of HTTP, or `calls` of gRPC."""

    def __init__(self, folder, core, program="origin"):
        self.port = free_port()
        log = os.path.join(folder, f"{program}.log")
        self.process = Process([os.path.join(BUILT, program), str(self.port)], core, log)
        if program == "origin":
            self.process.wait_for(self.port)

    def stop(self):
        self.process.stop()


def tool(core, *command):
    done = subprocess.run(
        ["taskset", "-c", str(core), *map(str, command)], capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if done.returncode != 0:
        raise SystemExit(f"{command[0]} ended with {done.returncode}:\n{done.stdout[-500:]}{done.stderr[-1500:]}")
    return done.stdout


def measured(proxy, origin, run):
    """Runs a load and takes the CPU time of proxy and origin over it."""
    proxy.empty_logs()
    user, system = proxy.cpu()
    behind = sum(origin.process.cpu())
    start = time.monotonic()
    result = run()
    seconds = time.monotonic() - start
    user, system = proxy.cpu()[0] - user, proxy.cpu()[1] - system
    requests = result["requests"]
    if not requests:
        raise NoAnswer("nothing was answered")
    result.update(
        cpu_us=(user + system) * 1e6 / requests, system_us=system * 1e6 / requests,
        origin_us=(sum(origin.process.cpu()) - behind) * 1e6 / requests,
        busy=(user + system) / seconds, memory_mib=proxy.memory() / (1 << 20))
    result.setdefault("rps", result["requests"] / seconds)
    return result


def milliseconds(text):
    number, unit = re.match(r"([\d.]+)(us|ms|s|m)", text).groups()
    return float(number) * {"us": 0.001, "ms": 1, "s": 1000, "m": 60000}[unit]


def wrk(port, path, seconds, core, connections=64, host=HOST, field=None, scheme="http"):
    """Closed loop over HTTP/1.1: each connection asks again as soon as it has its answer."""
    out = tool(core, "wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s", "--latency",
               "-H", f"Host: {host}", *(["-H", field] if field else []), f"{scheme}://127.0.0.1:{port}{path}")
    errors = re.search(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)", out)
    refused = re.search(r"Non-2xx or 3xx responses: (\d+)", out)
    return {
        "requests": int(re.search(r"(\d+) requests in", out).group(1)),
        "errors": (sum(map(int, errors.groups())) if errors else 0) + (int(refused.group(1)) if refused else 0),
        "rps": float(re.search(r"Requests/sec: +([\d.]+)", out).group(1)),
        "p50_ms": milliseconds(re.search(r"^ +50% +(\S+)", out, re.M).group(1)),
        "p99_ms": milliseconds(re.search(r"^ +99% +(\S+)", out, re.M).group(1)),
    }


def h2load(port, path, seconds, core, folder, clients=16, streams=4, more=()):
    """Closed loop over HTTP/2: each connection keeps several streams busy."""
    log = os.path.join(folder, "h2load.log")
    if os.path.exists(log):
        os.remove(log)
    out = tool(core, "h2load", "-t1", f"-c{clients}", f"-m{streams}", f"-D{seconds}", "--log-file", log,
               "--header", f":authority: {HOST}", *more, f"http://127.0.0.1:{port}{path}")
    failed = re.search(r"requests: .*?(\d+) failed", out).group(1)
    with open(log) as lines:
        rows = [line.split() for line in lines]
    times = sorted(int(row[2]) / 1000 for row in rows)
    errors = int(failed) + sum(1 for row in rows if not row[1].startswith("2"))
    at = lambda share: times[int((len(times) - 1) * share)] if times else 0
    return {"requests": len(times), "errors": errors, "p50_ms": at(0.5), "p99_ms": at(0.99),
            "body_bytes": int(re.search(r"\((\d+)\) data", out).group(1))}


def calls(port, size, seconds, core, folder, clients, streams):
    """Unary calls of gRPC with a message of this size in both directions, five bytes of which say how long it is. h2load looks at no
    trailers, so what was not answered with a whole message counts as an error."""
    message = os.path.join(folder, f"message-{size}")
    with open(message, "wb") as file:
        file.write(b"\0" + (size - 5).to_bytes(4, "big") + b"x" * (size - 5))
    result = h2load(port, "/bench.Echo/Call", seconds, core, folder, clients, streams, (
        "--data", message, "--header", "content-type: application/grpc", "--header", "te: trailers"))
    missing = result["requests"] - result.pop("body_bytes") // size
    result["errors"] += max(0, missing)
    return result


def talk(kind, port, seconds, core, origin, connections=64):
    """Closed loop of talk.py."""
    script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "talk.py")
    done, failed, p50, p99 = map(int, tool(core, sys.executable, script, kind, port, seconds, connections, origin).split())
    return {"requests": done, "errors": failed, "rps": done / seconds, "p50_ms": p50 / 1000, "p99_ms": p99 / 1000}


def paced(port, path, seconds, core, rate, connections=64):
    """Open loop over HTTP/1.1: requests are due on a schedule, and late from then on (see paced.c)."""
    out = tool(core, os.path.join(BUILT, "paced"), port, path, f"{rate:.1f}", seconds, connections).split()
    done, failed, late, *times = map(int, out)
    p50, p99, p999, longest = (one / 1000 for one in times)
    return {"requests": done, "errors": failed, "rps": done / seconds, "late_starts": late,
            "p50_ms": p50, "p99_ms": p99, "p999_ms": p999, "max_ms": longest}
