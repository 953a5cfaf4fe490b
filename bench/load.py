"""Load and what serves it: wrk, h2load, idle connections, one long stream; an origin cheaper than any proxy."""

import os
import re
import socket
import statistics
import subprocess
import threading
import time

from proc import Process, free_port

HEAD = b" HTTP/1.1\r\nHost: bench.test\r\n"


class Origin:
    """NGINX that answers from memory, and a sink for uploads; both on the core of the load."""

    def __init__(self, folder, core):
        self.port = free_port()
        self.sink = free_port()
        os.makedirs(os.path.join(folder, "www"), exist_ok=True)
        for name, size in (("16KiB", 16384), ("1MiB", 1 << 20), ("1GiB", 1 << 30)):
            with open(os.path.join(folder, "www", name), "wb") as file:
                file.truncate(size)
        with open(os.path.join(folder, "nginx.conf"), "w") as file:
            file.write(f"""worker_processes 1; daemon off; pid nginx.pid; error_log error.log;
events {{ worker_connections 20000; }}
http {{
  access_log off; sendfile on; keepalive_requests 1000000000; keepalive_timeout 1h;
  client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path f; uwsgi_temp_path u; scgi_temp_path s;
  open_file_cache max=10;
  server {{
    listen 127.0.0.1:{self.port} backlog=4096; root www; default_type application/octet-stream;
    location = /small {{ return 200 "{'x' * 150}"; }}
    location /r {{ return 200 "{'x' * 150}"; }}
    location /sink {{ client_max_body_size 0; proxy_request_buffering off; proxy_pass http://127.0.0.1:{self.sink}; }}
  }}
}}
""")
        self.nginx = Process(["nginx", "-p", folder, "-c", "nginx.conf"], core, os.path.join(folder, "out.log"), folder)
        listening = socket.create_server(("127.0.0.1", self.sink))
        threading.Thread(target=self._swallow, args=(listening,), daemon=True).start()
        self.nginx.wait_for(self.port)

    @staticmethod
    def _swallow(listening):
        """Reads each request to its end before it answers."""
        while True:
            connection, _ = listening.accept()
            data = b""
            while b"\r\n\r\n" not in data:
                data += connection.recv(65536)
            head, _, rest = data.partition(b"\r\n\r\n")
            left = int(re.search(rb"content-length: *(\d+)", head, re.I).group(1)) - len(rest)
            while left > 0:
                left -= len(connection.recv(min(left, 1 << 20)))
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            connection.close()

    def stop(self):
        self.nginx.stop()


def milliseconds(text):
    number, unit = re.match(r"([\d.]+)(us|ms|s|m)", text).groups()
    return float(number) * {"us": 0.001, "ms": 1, "s": 1000, "m": 60000}[unit]


def measured(proxy, seconds, run):
    """Runs a load and takes the proxy's CPU time over it."""
    before = proxy.cpu_seconds()
    start = time.monotonic()
    result = run()
    result["cpu_us"] = (proxy.cpu_seconds() - before) * 1e6 / max(1, result["requests"])
    result["rps"] = result["requests"] / (time.monotonic() - start)
    result["memory_mib"] = proxy.memory_bytes() / (1 << 20)
    return result


def wrk(port, path, seconds, core, connections=64, headers=()):
    extra = [part for header in headers for part in ("-H", header)]
    out = subprocess.run(
        ["taskset", "-c", str(core), "wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency",
         "-H", "Host: bench.test", *extra, f"http://127.0.0.1:{port}{path}"],
        capture_output=True, text=True, check=True).stdout
    errors = sum(int(number) for number in re.findall(r"(?:connect|read|write|timeout) (\d+)", out))
    errors += sum(int(number) for number in re.findall(r"Non-2xx or 3xx responses: (\d+)", out))
    return {
        "requests": int(re.search(r"(\d+) requests in", out).group(1)),
        "errors": errors,
        "p50_ms": milliseconds(re.search(r"^ +50% +(\S+)", out, re.M).group(1)),
        "p99_ms": milliseconds(re.search(r"^ +99% +(\S+)", out, re.M).group(1)),
    }


def h2load(port, path, seconds, core, folder, clients=64, streams=1, rps=None, http1=False):
    """Closed loop, or with rps an open one: requests are due on a schedule, whatever the answers do."""
    log = os.path.join(folder, "h2load.log")
    if os.path.exists(log):
        os.remove(log)
    command = ["taskset", "-c", str(core), "h2load", "-t1", f"-c{clients}", f"-m{streams}", f"-D{seconds}", "--log-file", log]
    if rps:
        command += [f"--rps={rps / clients:.2f}"]
    if http1:
        command += ["--h1"]
    out = subprocess.run(
        [*command, "--header", ":authority: bench.test", f"http://127.0.0.1:{port}{path}"],
        capture_output=True, text=True, check=True).stdout
    total, failed = re.search(r"requests: (\d+) total.*?(\d+) failed", out).groups()
    with open(log) as lines:
        rows = [line.split() for line in lines]
    times = sorted(int(row[2]) / 1000 for row in rows)
    errors = int(failed) + sum(1 for row in rows if not row[1].startswith("2"))
    at = lambda share: times[min(len(times) - 1, int(len(times) * share))] if times else 0
    return {"requests": len(times), "errors": errors, "p50_ms": at(0.5), "p99_ms": at(0.99), "p999_ms": at(0.999)}


def idle(port, count):
    """Connections that have had one answer each and stay open, from several addresses."""
    held = []
    for number in range(count):
        connection = socket.create_connection(
            ("127.0.0.1", port), 10, source_address=(f"127.0.0.{2 + number // 5000}", 0))
        connection.sendall(b"GET /small" + HEAD + b"\r\n")
        held.append(connection)
        if len(held) % 100 == 0:
            for one in held[-100:]:
                one.recv(4096)
    return held


def download(port, path):
    with socket.create_connection(("127.0.0.1", port), 30) as connection:
        connection.sendall(b"GET " + path.encode() + HEAD + b"Connection: close\r\n\r\n")
        received = 0
        while chunk := connection.recv(1 << 20):
            received += len(chunk)
    return received


def upload(port, path, size):
    chunk = bytes(1 << 20)
    with socket.create_connection(("127.0.0.1", port), 60) as connection:
        connection.sendall(b"POST " + path.encode() + HEAD + f"Content-Length: {size}\r\nConnection: close\r\n\r\n".encode())
        for _ in range(size // len(chunk)):
            connection.sendall(chunk)
        if b" 200 " not in connection.recv(4096):
            raise SystemExit("an upload was not answered with 200")
    return size


def median(values):
    return statistics.median(values) if values else None
