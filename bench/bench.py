#!/usr/bin/env python3
"""Gatehouse beside other proxies: one command, one table. docs/performance.md says how to read it."""

import argparse
import json
import os
import platform
import shutil
import signal
import sys
import tempfile
import time

import load
import report
import rows
import targets
from proc import NoAnswer, allow_many_files

PROXY_CORE, LOAD_CORE = 0, 1
# a disk that a virtual machine shares with others takes its time from the cores, and most from whoever logs most
IN_MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) and not os.environ.get("TMPDIR") else None
SETTLED = 0.97  # of the cost before: what changes less is no warm-up any more
COLD = 10  # seconds in which a virtual machine that has just started need not answer: it meets 64 handshakes uncompiled
REHEARSALS = 4  # a virtual machine compiles anew where the load changes, and for each part of it that is rare


class Bench:
    """One run: an origin, and rows one after the other."""

    def __init__(self, seconds, rounds, quick):
        self.seconds, self.rounds, self.quick = seconds, rounds, quick
        self.warm_up = 3 if quick else 20  # seconds of its CPU time that a JVM gets at least
        self.load_core = LOAD_CORE
        self.targets = targets.known()
        self.results = {}
        self.warmed = {}
        self.warm_ones = set()  # processes that an entry has warmed up
        self.failed = False
        signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))  # so that what was started ends with it
        self.folder = tempfile.mkdtemp(prefix="gatehouse-bench-", dir=IN_MEMORY)
        self.origin = load.Origin(self.folder, LOAD_CORE)
        self.of_calls = None

    def calls(self):
        """The service of gRPC, started when first asked for."""
        if not self.of_calls:
            self.of_calls = load.Origin(self.folder, LOAD_CORE, "calls")
        return self.of_calls

    def close(self):
        self.origin.stop()
        if self.of_calls:
            self.of_calls.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def setup(self, changes):
        changes = dict(changes)
        if changes.get("archive"):
            changes["archive"] = self.archive()
        if changes.get("calls"):
            changes["calls"] = self.calls().port
        return targets.Setup(self.origin.port, self.folder, **changes)

    def run(self, row, names):
        entries = [(label, self.targets[name], changes) for label, name, changes in row.entries
                   if name in names and self.targets[name].present]
        for label, target, _ in entries:
            if target.connections < row.connections:
                print(f"  {row.name}: {label} is left out, it takes {target.connections} connections within this limit of open files")
        entries = [entry for entry in entries if entry[1].connections >= row.connections]
        kept = self.results.setdefault(row.name, {label: [] for label, _, _ in entries})
        self.warmed = {}
        if row.name == "start" or row.name.startswith("idle"):
            self.afresh(row, entries, kept)
        else:
            self.in_turn(row, entries, kept)

    def in_turn(self, row, entries, kept):
        """All proxies run at once, idle but for the one whose turn it is: what disturbs the machine disturbs all alike."""
        started = {}
        try:
            running = list(self.begin(row, entries, started))
            for label, proxy in list(running):
                try:
                    self.warmed[label] = self.warm(row, label, proxy)
                except NoAnswer as failure:
                    self.leave_out(row, label, failure)
                    running.remove((label, proxy))
            for label, proxy in running:
                for _ in range(REHEARSALS if row.rehearsed and proxy.jvm else 0):  # each with connections of its own
                    row.measure(self, proxy, self.warm_up, label)
            for number in range(self.rounds):
                for label, proxy in list(running):
                    try:
                        kept[label].append(row.measure(self, proxy, self.seconds, label))
                        tell(row, label, kept[label], f"round {number + 1}")
                    except NoAnswer as failure:
                        self.leave_out(row, label, failure)
                        running.remove((label, proxy))
        finally:
            for proxy in filter(None, started.values()):
                proxy.stop()

    def begin(self, row, entries, started):
        """Each entry's label with each of its processes, which are added to those that are started."""
        for label, target, changes in entries:
            for copy in range(row.processes if target.jvm else 1):
                same = (target.name, json.dumps(changes, sort_keys=True), copy)
                if same not in started:
                    started[same] = self.start(row, label, target, changes, PROXY_CORE, f"{label} {copy + 1}" if copy else label)
                if started[same]:
                    yield label, started[same]

    def start(self, row, label, target, changes, core, name=None):
        """The proxy, or None where it does not start: the others go on without it."""
        try:
            return target.start(self.setup(changes), core, name or label)
        except NoAnswer as failure:
            self.leave_out(row, label, failure)
            return None

    def leave_out(self, row, label, failure):
        self.failed = True
        print(f"  {row.name}: {label} is left out: {failure}", flush=True)

    def afresh(self, row, entries, kept):
        """A new process for every measurement, and no other beside it."""
        core = None if row.name == "start" else PROXY_CORE
        for number in range(max(self.rounds, 5) if row.name == "start" and self.rounds > 1 else 1):
            for label, target, changes in entries:
                proxy = self.start(row, label, target, changes, core)
                if not proxy:
                    continue
                try:
                    if row.warm is not row.measure:
                        row.warm(self, proxy, min(3, self.seconds), label)
                    kept[label].append(row.measure(self, proxy, self.seconds, label))
                    tell(row, label, kept[label], f"round {number + 1}")
                except NoAnswer as failure:
                    self.leave_out(row, label, failure)
                finally:
                    proxy.stop()

    def warm(self, row, label, proxy):
        """Until requests get no cheaper any more: what a JVM compiles meanwhile is not the cost of a request."""
        runs, before, start = [], sum(proxy.cpu()), time.monotonic()
        least = self.warm_up / 4 if proxy in self.warm_ones else self.warm_up  # most of it is known from another entry
        self.warm_ones.add(proxy)
        while True:
            try:
                runs.append(row.warm(self, proxy, max(1, self.seconds // 2), label))
            except NoAnswer:
                if runs or time.monotonic() - start > COLD:
                    raise
                continue
            tell(row, label, runs, "warm-up")
            spent = sum(proxy.cpu()) - before
            if not proxy.jvm or spent > 6 * least or time.monotonic() - start > 15 * least:
                return runs
            if spent > least and (self.quick or settled([run.get("cpu_us", run.get("cpu_ms_per_gib")) for run in runs])):
                return runs

    def archive(self):
        """The class archive that `make run` writes at its end, made here once."""
        file = os.path.join(self.folder, "gatehouse.jsa")
        if not os.path.exists(file):
            setup = targets.Setup(self.origin.port, self.folder, flags=[f"-XX:ArchiveClassesAtExit={file}", "-Xlog:disable"])
            proxy = self.targets["gatehouse"].start(setup, None, "archiving")
            load.wrk(proxy.port, "/small", 1, LOAD_CORE)
            proxy.stop()
        return file


def settled(costs):
    """Whether the last three brought no new best that is worth waiting for."""
    return len(costs) > 3 and min(costs[-3:]) >= SETTLED * min(costs[:-3])


def tell(row, label, runs, when):
    last = runs[-1]
    keys = [key for key in ("rps", "cpu_us", "p99_ms", *report.MORE) if key in last]
    print(f"  {row.name:<12} {label:<26} {when:<8} " + " ".join(f"{key}={last[key]:.1f}" for key in keys), flush=True)


def processor():
    with open("/proc/cpuinfo") as file:
        model = next((line.split(":")[1].strip() for line in file if line.startswith("model name")), platform.machine())
    return f"{model}, {os.cpu_count()} cores, Linux {platform.release().split('-')[0]}"


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", default="", help="names or beginnings of names, comma between; default: all")
    parser.add_argument("--targets", default="", help="names, comma between; default: all that are there")
    parser.add_argument("--rounds", type=int, default=0, help="default 5, or 1 with --quick")
    parser.add_argument("--seconds", type=int, default=0, help="of each measurement; default 6, or 2 with --quick")
    parser.add_argument("--quick", action="store_true", help="to see that it works; its numbers say little")
    parser.add_argument("--list", action="store_true", help="rows and targets, and whether they are there")
    parser.add_argument("--json", default="", help="file for the results; default bench/results/DATE.json")
    return parser.parse_args()


def main():
    given = arguments()
    picked, known = rows.chosen(given.rows), targets.known()
    if given.list:
        for row in rows.ROWS:
            print(f"{row.name:<14}{row.about}")
        print("\n" + "\n".join(f"{name:<20}{'' if one.present else 'not there'}" for name, one in known.items()))
        return
    names = given.targets.split(",") if given.targets else list(known)
    if unknown := [name for name in names if name not in known]:
        raise SystemExit(f"no target {', '.join(unknown)}; there are {', '.join(known)}")
    if os.cpu_count() < 2:
        raise SystemExit("it takes two cores: one for the proxy, one for the load")
    allow_many_files(65536)
    date = time.strftime("%Y-%m-%d %H:%M")
    seconds, rounds = given.seconds or (2 if given.quick else 6), given.rounds or (1 if given.quick else 5)
    bench = Bench(seconds, rounds, given.quick)
    try:
        for row in picked:
            bench.run(row, names)
    finally:
        bench.close()
        file = given.json or os.path.join(targets.ROOT, "bench", "results", date.replace(" ", "-").replace(":", "") + ".json")
        data = {"date": date, "machine": processor(), "seconds": seconds, "rounds": rounds,
                "about": {row.name: row.about for row in picked if row.name in bench.results},
                "bases": {row.name: row.base for row in picked}, "results": bench.results}
        data["results"] = {row: {label: runs for label, runs in by.items() if runs} for row, by in bench.results.items()}
        os.makedirs(os.path.dirname(os.path.abspath(file)), exist_ok=True)
        with open(file, "w") as out:
            json.dump(data, out, indent=1)
        print("\n" + report.markdown(data) + f"\n\nkept in {os.path.relpath(file)}")
    if bench.failed:
        raise SystemExit("not every proxy could be measured, see above")


if __name__ == "__main__":
    main()
