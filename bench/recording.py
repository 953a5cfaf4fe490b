#!/usr/bin/env python3
"""Where the time of one row goes: Gatehouse under that row's load with the Java flight recorder."""

import argparse
import os
import re
import shutil
import subprocess
import sys

import bench
import rows
import targets
from proc import allow_many_files

BIN = os.path.dirname(os.path.realpath(shutil.which(targets.JAVA) or targets.JAVA))


def settings(folder):
    """The JDK's own profile, with more samples of what runs and what is allocated."""
    with open(os.path.join(os.path.dirname(BIN), "lib", "jfr", "profile.jfc")) as file:
        text = file.read()
    event = lambda name, key, value, of: re.sub(
        rf'(<event name="{name}">(?:(?!</event>).)*<setting name="{key}"[^>]*>)[^<]*', rf"\g<1>{value}", of, flags=re.S)
    text = event("jdk.ExecutionSample", "period", "5 ms", text)
    text = event("jdk.NativeMethodSample", "enabled", "true", text)
    text = event("jdk.NativeMethodSample", "period", "5 ms", text)
    text = event("jdk.ObjectAllocationSample", "throttle", "2000/s", text)
    file = os.path.join(folder, "settings.jfc")
    with open(file, "w") as out:
        out.write(text)
    return file


def jcmd(proxy, *command):
    done = subprocess.run([os.path.join(BIN, "jcmd"), str(proxy.child.pid), *command], capture_output=True, text=True)
    if done.returncode != 0 or "Could not" in done.stdout:
        raise SystemExit(f"jcmd {command[0]}: {done.stdout}{done.stderr}")


def recorded(run, row, label, proxy, file):
    """The row once more under the recorder."""
    jcmd(proxy, "JFR.start", "name=row", f"settings={settings(run.folder)}")
    switches = proxy.switches()
    result = row.measure(run, proxy, run.seconds, label)
    result["voluntary"], result["forced"] = (after - before for after, before in zip(proxy.switches(), switches))
    jcmd(proxy, "JFR.stop", "name=row", f"filename={file}")
    return result


def system_calls(run, row, label, proxy):
    """By perf where it can, because strace slows what it watches; None where neither is there."""
    seconds, requests = 3, {}
    load = lambda: requests.update(row.measure(run, proxy, seconds, label))
    out = os.path.join(run.folder, "calls.txt")
    pids = ",".join(map(str, proxy.pids()))
    if shutil.which("perf") and works("perf", "stat", "-e", "raw_syscalls:sys_enter", "true"):
        watcher = subprocess.Popen(
            ["perf", "stat", "-x;", "-o", out, "-e", "raw_syscalls:sys_enter", "-p", pids], stderr=subprocess.DEVNULL)
    elif shutil.which("strace"):
        watcher = subprocess.Popen(["strace", "-f", "-c", "-o", out, "-p", pids], stderr=subprocess.DEVNULL)
    else:
        return None
    try:
        load()
    finally:
        watcher.send_signal(2)
        watcher.wait(20)
    with open(out) as file:
        text = file.read()
    count = re.search(r"^(\d+);", text, re.M) or re.search(r"\s(\d+)\s+(?:\d+\s+)?total$", text, re.M)
    return int(count.group(1)) / max(1, requests["requests"]) if count else None


def works(*command):
    return subprocess.run(command, capture_output=True).returncode == 0


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--row", default="small")
    parser.add_argument("--target", default="gatehouse", help="label of an entry of the row, such as gatehouse-io_uring")
    parser.add_argument("--seconds", type=int, default=0, help="of the recording; default 15, or 3 with --quick")
    parser.add_argument("--quick", action="store_true", help="with hardly any warm-up")
    given = parser.parse_args()
    row = next((one for one in rows.ROWS if one.name == given.row), None)
    entry = row and next((one for one in row.entries if one[0] == given.target), None)
    entry = entry or (row and next((one for one in row.entries if one[1] == given.target), None))
    if not entry or row.name == "start" or row.name.startswith("idle"):
        raise SystemExit(f"no load of a row {given.row} on {given.target}; see bench.py --list")
    allow_many_files(65536)
    run = bench.Bench(given.seconds or (3 if given.quick else 15), 1, given.quick)
    label, name, changes = entry
    results = os.path.join(targets.ROOT, "bench", "results")
    os.makedirs(results, exist_ok=True)
    file = os.path.join(results, f"{row.name}.jfr")
    proxy = run.targets[name].start(run.setup(changes), bench.PROXY_CORE, label)
    try:
        warm_up, run.seconds = run.seconds, min(run.seconds, 6)
        run.warmed[label] = run.warm(row, label, proxy)
        run.seconds = warm_up
        bare = row.measure(run, proxy, run.seconds, label)
        result = recorded(run, row, label, proxy, file)
        calls = system_calls(run, row, label, proxy)
    finally:
        proxy.stop()
        run.close()
    requests = result["requests"]
    print(f"\n{row.name}, {label}: {requests} requests, {result['errors']} errors")
    if "cpu_us" in bare:
        print(f"CPU time a request   {bare['cpu_us']:.1f} µs, of it {bare['system_us']:.1f} in the kernel; "
              f"{result['cpu_us']:.1f} µs while recording")
    print(f"context switches     {result['voluntary'] / requests:.3f} voluntary, {result['forced'] / requests:.3f} forced a request")
    print(f"system calls         {'no perf and no strace here' if calls is None else f'{calls:.2f} a request'}", flush=True)
    analysis = subprocess.run([targets.JAVA, os.path.join(targets.ROOT, "bench", "Profile.java"), file, str(requests)])
    print(f"\nthe recording is {os.path.relpath(file)}")
    sys.exit(analysis.returncode)


if __name__ == "__main__":
    main()
