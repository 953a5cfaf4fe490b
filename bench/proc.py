"""Processes under measurement: pinned to a core, with their CPU time and memory read from /proc."""

import os
import signal
import socket
import subprocess
import time

TICK = os.sysconf("SC_CLK_TCK")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Process:
    """A child process and the processes that it starts itself."""

    def __init__(self, command, core=None, log=os.devnull, cwd=None, env=None):
        if core is not None:
            command = ["taskset", "-c", str(core), *command]
        self.log = log
        with open(log, "ab") as out:
            self.child = subprocess.Popen(
                command, stdout=out, stderr=out, cwd=cwd, env={**os.environ, **(env or {})})

    def pids(self):
        found = [self.child.pid]
        for pid in found:
            try:
                for task in os.listdir(f"/proc/{pid}/task"):
                    with open(f"/proc/{pid}/task/{task}/children") as children:
                        found += [int(child) for child in children.read().split()]
            except OSError:
                pass
        return found

    def cpu_seconds(self):
        """User and system time of all of its processes so far."""
        ticks = 0
        for pid in self.pids():
            try:
                with open(f"/proc/{pid}/stat") as stat:
                    fields = stat.read().rpartition(")")[2].split()
                ticks += int(fields[11]) + int(fields[12])
            except OSError:
                pass
        return ticks / TICK

    def memory_bytes(self, peak=False):
        """Resident memory now, or at its highest since the last call of reset_peak."""
        key = "VmHWM:" if peak else "VmRSS:"
        total = 0
        for pid in self.pids():
            try:
                with open(f"/proc/{pid}/status") as status:
                    total += sum(int(line.split()[1]) * 1024 for line in status if line.startswith(key))
            except OSError:
                pass
        return total

    def reset_peak(self):
        for pid in self.pids():
            try:
                with open(f"/proc/{pid}/clear_refs", "w") as clear:
                    clear.write("5")
            except OSError:
                pass

    def wait_for(self, port, seconds=30):
        """Until the port answers with HTTP; the seconds that it took from the call on."""
        start = time.monotonic()
        while time.monotonic() - start < seconds:
            if self.child.poll() is not None:
                break
            try:
                with socket.create_connection(("127.0.0.1", port), 1) as connection:
                    connection.settimeout(5)
                    connection.sendall(b"GET /small HTTP/1.1\r\nHost: bench.test\r\nConnection: close\r\n\r\n")
                    if b" 200 " in connection.recv(200):
                        return time.monotonic() - start
            except OSError:
                pass
            time.sleep(0.01)
        with open(self.log, "rb") as log:
            raise SystemExit(f"no answer on port {port}; its log ends with\n{log.read()[-2000:].decode(errors='replace')}")

    def stop(self):
        for pid in reversed(self.pids()):
            try:
                os.kill(pid, signal.SIGTERM)
            except OSError:
                pass
        try:
            self.child.wait(10)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()
