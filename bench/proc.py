"""Processes under measurement: pinned to a core, with their CPU time and memory read from /proc."""

import ctypes
import glob
import itertools
import os
import random
import resource
import signal
import socket
import subprocess
import time

TICK = os.sysconf("SC_CLK_TCK")
KEEP_SIZE = 1  # linux/falloc.h
KERNEL = ctypes.CDLL(None)
KERNEL.fallocate.argtypes = [ctypes.c_int, ctypes.c_int, ctypes.c_int64, ctypes.c_int64]

PORTS = itertools.cycle(random.sample(range(20_000, 32_000), 12_000))


def free_port():
    """Below the ports that Linux gives to outgoing connections, of which a benchmark makes many."""
    for port in PORTS:
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                pass


def allow_many_files(wanted):
    """Raises the limit of open files, for this process and all that it starts; the limit that came of it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    for limits in ((wanted, max(hard, wanted)), (hard, hard)):
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, limits)
            return limits[0]
        except (ValueError, OSError):
            pass
    return soft


class NoAnswer(Exception):
    """A process ended, or took too long, before it answered."""


class Process:
    """A child process and the processes that it starts itself."""

    def __init__(self, command, core=None, log=os.devnull, cwd=None):
        if core is not None:
            command = ["taskset", "-c", str(core), *command]
        self.log = log
        self.cwd = cwd
        self.began = time.monotonic()
        with open(log, "ab") as out:
            self.child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, cwd=cwd)

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

    def cpu(self):
        """User and system time of all threads of all of its processes so far, in seconds."""
        user = system = 0
        for pid in self.pids():
            try:
                with open(f"/proc/{pid}/stat") as stat:
                    fields = stat.read().rpartition(")")[2].split()
                user += int(fields[11])
                system += int(fields[12])
            except OSError:
                pass
        return user / TICK, system / TICK

    def switches(self):
        """Context switches of all threads that live, of their own will and not."""
        voluntary = forced = 0
        for pid in self.pids():
            for task in os.listdir(f"/proc/{pid}/task"):
                try:
                    with open(f"/proc/{pid}/task/{task}/status") as status:
                        for line in status:
                            if line.startswith("voluntary_ctxt"):
                                voluntary += int(line.split()[1])
                            elif line.startswith("nonvoluntary_ctxt"):
                                forced += int(line.split()[1])
                except OSError:
                    pass
        return voluntary, forced

    def memory(self, peak=False):
        """Resident bytes now, or the most since reset_peak; pages that several of its processes share count once."""
        all_of_them = []
        for pid in self.pids():
            try:
                with open(f"/proc/{pid}/status") as status:
                    kib = {line.split(":")[0]: int(line.split()[1]) for line in status if line.startswith(("Vm", "Rss"))}
                all_of_them.append((kib["VmHWM" if peak else "VmRSS"], kib["RssFile"] + kib["RssShmem"]))
            except (OSError, KeyError):
                pass
        all_of_them.sort(reverse=True)
        return sum(rss - (shared if at else 0) for at, (rss, shared) in enumerate(all_of_them)) * 1024

    def reset_peak(self):
        for pid in self.pids():
            try:
                with open(f"/proc/{pid}/clear_refs", "w") as clear:
                    clear.write("5")
            except OSError:
                pass

    def empty_logs(self):
        """Empties what it logged so far and keeps the memory for what comes: pages that a virtual machine has never had, or
        gave back since, are made by its host at the cost of whoever writes to them."""
        for log in glob.glob(os.path.join(self.cwd, "*.log")) if self.cwd else ():
            with open(log, "r+b") as file:
                size = os.fstat(file.fileno()).st_size
                file.truncate(0)
                if size:
                    KERNEL.fallocate(file.fileno(), KEEP_SIZE, 0, size)  # where there is none, the log is written all the same

    def wait_for(self, port, seconds=60, path="/small", field=None):
        """Until the port answers with 200, to a request with that field if there is one; the seconds that it took since the process was started."""
        while time.monotonic() - self.began < seconds and self.child.poll() is None:
            try:
                with socket.create_connection(("127.0.0.1", port), 1) as connection:
                    connection.settimeout(5)
                    more = f"{field}\r\n" if field else ""
                    connection.sendall(
                        f"GET {path} HTTP/1.1\r\nHost: bench.test\r\n{more}Connection: close\r\n\r\n".encode())
                    if b" 200 " in connection.recv(200):
                        return time.monotonic() - self.began
            except OSError:
                pass
            time.sleep(0.005)
        self.stop()
        with open(self.log, "rb") as log:
            raise NoAnswer(f"no answer on port {port}; its log ends with\n{log.read()[-2000:].decode(errors='replace')}")

    def stop(self):
        if self.child.poll() is not None:
            return
        for pid in reversed(self.pids()):
            try:
                os.kill(pid, signal.SIGTERM)
            except OSError:
                pass
        try:
            self.child.wait(15)
        except subprocess.TimeoutExpired:
            for pid in self.pids():
                os.kill(pid, signal.SIGKILL)
            self.child.wait()
