#!/usr/bin/env python3
"""Gatehouse beside other proxies: one command, one table. docs/performance.md says how to read it."""

import argparse
import json
import os
import platform
import shutil
import tempfile
import time

import load
import targets
from load import median

PROXY_CORE, LOAD_CORE = 0, 1
GIB = 1 << 30


class Bench:
    def __init__(self, arguments):
        self.seconds = arguments.seconds
        self.rounds = arguments.rounds
        self.folder = tempfile.mkdtemp(prefix="gatehouse-bench-")
        os.makedirs(os.path.join(self.folder, "origin"))
        os.chmod(self.folder, 0o755)
        self.origin = load.Origin(os.path.join(self.folder, "origin"), LOAD_CORE)
        self.results = {}

    def setup(self, **more):
        return targets.Setup(self.origin.port, self.folder, **more)

    def close(self):
        self.origin.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def in_turn(self, row, chosen, setup, measure):
        """All targets run at once, idle but for the one whose turn it is."""
        running = {target.name: target.start(setup, PROXY_CORE) for target in chosen if target.serves(row)}
        try:
            for proxy in running.values():
                self.warm_up(proxy, measure)
            for _ in range(self.rounds):
                for name, proxy in running.items():
                    self.results.setdefault(row, {}).setdefault(name, []).append(measure(proxy, self.seconds))
        finally:
            for proxy in running.values():
                proxy.stop()

    def warm_up(self, proxy, measure):
        """Until the proxy gets no cheaper any more: what a JVM compiles meanwhile is not the cost of a request."""
        last = measure(proxy, self.seconds).get("cpu_us", 0)
        for _ in range(10):
            now = measure(proxy, self.seconds).get("cpu_us", 0)
            if now > 0.97 * last:
                return
            last = now

    def wrk_row(self, row, chosen, path, connections=64, **more):
        self.in_turn(row, chosen, self.setup(**more), lambda proxy, seconds: load.measured(
            proxy, seconds, lambda: load.wrk(proxy.port, path, seconds, LOAD_CORE, connections)))

    def small(self, chosen):
        self.wrk_row("small", chosen, "/small")

    def bodies(self, chosen):
        self.wrk_row("16KiB", chosen, "/16KiB")
        self.wrk_row("1MiB", chosen, "/1MiB", 16)

    def h2c(self, chosen):
        self.in_turn("h2c", chosen, self.setup(), lambda proxy, seconds: load.measured(
            proxy, seconds, lambda: load.h2load(proxy.h2c, "/small", seconds, LOAD_CORE, self.folder, 16, 4)))

    def routes(self, chosen):
        for count in (10, 10_000):
            few = [target for target in chosen if target.name in ("gatehouse", "nginx")]
            if count > 10:
                few = few[:1]
            self.wrk_row(f"{count} routes", few, "/small", routes=count)

    def policies(self, chosen):
        for policies in ("none", "default", "five"):
            self.wrk_row(f"policies: {policies}", chosen[:1], "/small", policies=policies)

    def log(self, chosen):
        self.wrk_row("log off", [t for t in chosen if t.name in ("gatehouse", "nginx")], "/small", log=False)

    def open_loop(self, chosen):
        """Half of what the slowest target can do, on a schedule."""
        slowest = min(
            (median([one["rps"] for one in runs]) for runs in self.results.get("small", {}).values()), default=8000)
        self.in_turn("open loop", chosen, self.setup(), lambda proxy, seconds: load.measured(
            proxy, seconds,
            lambda: load.h2load(proxy.port, "/small", seconds, LOAD_CORE, self.folder, 64, 1, slowest / 2, True)))

    def streams(self, chosen):
        def measure(proxy, seconds):
            before = proxy.memory_bytes()
            proxy.reset_peak()
            start = time.monotonic()
            cpu = proxy.cpu_seconds()
            moved = load.download(proxy.port, "/1GiB") if seconds else 0
            down = proxy.memory_bytes(peak=True)
            load.upload(proxy.port, "/sink", GIB)
            return {
                "requests": 2, "errors": 0 if moved >= GIB else 1,
                "seconds": time.monotonic() - start, "cpu_s": proxy.cpu_seconds() - cpu,
                "added_down_mib": (down - before) / (1 << 20),
                "added_mib": (proxy.memory_bytes(peak=True) - before) / (1 << 20)}
        self.in_turn("1 GiB each way", chosen, self.setup(), measure)

    def idle(self, chosen):
        for count in (1_000, 10_000):
            row = f"{count} idle"
            for target in chosen:
                if not target.serves(row) or (target.name == "haproxy" and count > 9_000):
                    continue
                proxy = target.start(self.setup(), PROXY_CORE)
                try:
                    load.wrk(proxy.port, "/small", 3, LOAD_CORE)
                    before = proxy.memory_bytes()
                    held = load.idle(proxy.port, count)
                    added = proxy.memory_bytes() - before
                    self.results.setdefault(row, {})[target.name] = [
                        {"requests": count, "errors": 0, "added_mib": added / (1 << 20), "each_kib": added / 1024 / count}]
                    for one in held:
                        one.close()
                finally:
                    proxy.stop()

    def start_up(self, chosen):
        for _ in range(max(5, self.rounds)):
            for target in chosen:
                if target.serves("start-up"):
                    proxy = target.start(self.setup(), None)
                    self.results.setdefault("start-up", {}).setdefault(target.name, []).append(
                        {"requests": 1, "errors": 0, "ready_ms": proxy.started_in * 1000,
                         "memory_mib": proxy.memory_bytes() / (1 << 20)})
                    proxy.stop()


ROWS = ["small", "bodies", "h2c", "routes", "policies", "log", "open_loop", "streams", "idle", "start_up"]


def table(results):
    """One line per row and target: medians over the rounds, and the CPU time as a ratio to NGINX's of the same run."""
    lines = [f"{'row':<18}{'target':<20}{'req/s':>9}{'p50 ms':>8}{'p99 ms':>8}{'CPU µs':>9}{'÷ nginx':>9}{'MiB':>7}  more"]
    for row, by_target in results.items():
        base = median([one["cpu_us"] for one in by_target.get("nginx", []) if "cpu_us" in one])
        for name, runs in by_target.items():
            value = lambda key: median([one[key] for one in runs if key in one])
            show = lambda key, digits: "-" if value(key) is None else f"{value(key):.{digits}f}"
            ratio = f"{value('cpu_us') / base:.2f}" if base and value("cpu_us") else "-"
            more = [f"{key} {show(key, 1)}" for key in
                    ("p999_ms", "added_down_mib", "added_mib", "each_kib", "ready_ms", "seconds", "cpu_s") if value(key) is not None]
            errors = sum(one["errors"] for one in runs)
            more += [f"ERRORS {errors}"] if errors else []
            lines.append(f"{row:<18}{name:<20}{show('rps', 0):>9}{show('p50_ms', 2):>8}{show('p99_ms', 2):>8}"
                         f"{show('cpu_us', 1):>9}{ratio:>9}{show('memory_mib', 0):>7}  {', '.join(more)}")
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", default=",".join(ROWS), help="of " + ",".join(ROWS))
    parser.add_argument("--targets", default="", help="names, comma between; default: all that are installed")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=6)
    parser.add_argument("--json", default=os.path.join(targets.ROOT, "target", "bench.json"))
    arguments = parser.parse_args()
    wanted = arguments.targets.split(",") if arguments.targets else None
    chosen = [target for target in targets.known() if target.present and (wanted is None or target.name in wanted)]
    bench = Bench(arguments)
    try:
        for row in arguments.rows.split(","):
            getattr(bench, row)(chosen)
    finally:
        bench.close()
        print(table(bench.results))
        os.makedirs(os.path.dirname(arguments.json), exist_ok=True)
        with open(arguments.json, "w") as file:
            json.dump({"machine": platform.platform(), "cores": os.cpu_count(), "seconds": arguments.seconds,
                       "rounds": arguments.rounds, "results": bench.results}, file, indent=1)


if __name__ == "__main__":
    main()
