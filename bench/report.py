#!/usr/bin/env python3
"""Results as a table: report.py FILE prints that of a JSON file again."""

import json
import statistics
import sys

COLUMNS = ("row", "target", "req/s", "p50 ms", "p99 ms", "CPU µs/request", "CPU ÷ base", "MiB", "errors", "more")
MORE = {  # what only some rows have
    "p999_ms": "p99.9 {:.2f} ms", "max_ms": "longest {:.1f} ms", "late_starts": "{:.0f} started late",
    "mib_per_s": "{:.0f} MiB/s", "cpu_ms_per_gib": "{:.0f} ms CPU/GiB", "peak_down_mib": "peak +{:.1f} MiB down",
    "peak_up_mib": "+{:.1f} MiB up", "each_kib": "{:.1f} KiB each", "added_mib": "+{:.1f} MiB",
    "idle_cpu_percent": "{:.1f}% CPU idle", "ready_ms": "ready in {:.0f} ms", "start_cpu_ms": "{:.0f} ms CPU",
}


def median(runs, key):
    values = [run[key] for run in runs if key in run]
    return statistics.median(values) if values else None


def doubts(runs):
    """What makes a line less than certain."""
    told = []
    cpu = [run["cpu_us"] for run in runs if "cpu_us" in run]
    if len(cpu) > 1:
        told.append(f"±{(max(cpu) - min(cpu)) / 2 / statistics.median(cpu):.0%}")
        if len(cpu) > 2 and cpu[-1] < 0.93 * cpu[0] and sorted(cpu, reverse=True) == cpu:
            told.append("STILL GETTING CHEAPER")
    busy = median(runs, "busy")
    if busy is not None and busy < 0.9 and "asked_rps" not in runs[0]:
        told.append(f"core only {busy:.0%} busy")
    if "cpu_us" in runs[0] and median(runs, "origin_us") > median(runs, "cpu_us"):
        told.append("THE ORIGIN COSTS MORE")
    return told


def line(row, label, runs, base):
    show = lambda key, digits: "" if median(runs, key) is None else f"{median(runs, key):,.{digits}f}"
    cost = next((key for key in ("cpu_us", "cpu_ms_per_gib", "each_kib", "ready_ms") if median(runs, key) is not None), None)
    of_base = median(base, cost) if base and cost else None
    more = [text.format(median(runs, key)) for key, text in MORE.items() if median(runs, key) is not None]
    return (row, label, show("rps", 0), show("p50_ms", 2), show("p99_ms", 2), show("cpu_us", 1),
            f"{median(runs, cost) / of_base:.2f}" if of_base else "", show("memory_mib", 0),
            str(sum(run["errors"] for run in runs)), "; ".join(more + doubts(runs)))


def markdown(data):
    """The table, its columns aligned, so that it reads well both as text and on a page."""
    lines = [COLUMNS]
    for row, by_label in data["results"].items():
        base = by_label.get(data["bases"][row])
        lines += [line(row, label, runs, base) for label, runs in by_label.items()]
    widths = [max(len(one[at]) for one in lines) for at in range(len(COLUMNS))]
    right = range(2, 9)
    text = ["| " + " | ".join(
        cell.rjust(widths[at]) if at in right else cell.ljust(widths[at]) for at, cell in enumerate(one)) + " |" for one in lines]
    rule = "|" + "|".join("-" * (width + 1) + (":" if at in right else "-") for at, width in enumerate(widths)) + "|"
    about = "\n".join(f"- `{row}`: {what}; base `{data['bases'][row]}`" for row, what in data["about"].items())
    return (f"{data['machine']}; {data['date']}; {data['rounds']} rounds of {data['seconds']} s after warm-up; "
            f"one core for the proxy\n\n" + "\n".join([text[0], rule, *text[1:]]) + "\n\n" + about)


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1].startswith("-"):
        print("usage: report.py FILE.json")
        sys.exit(0 if "--help" in sys.argv else 2)
    with open(sys.argv[1]) as file:
        print(markdown(json.load(file)))
