#!/usr/bin/env python3
"""What the registry costs: how fast instances register and renew, what one of them takes of the heap, and how long it takes until
a new one gets its first request. Once by itself, and once with each service followed by one of the gateway's.

    make bench-registry                               10,000 instances in 1,000 services
    make bench-registry INSTANCES=200 SERVICES=20     to see that it works
"""

import argparse
import http.client
import json
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

JAR = os.path.abspath("target/gatehouse.jar")
TOKEN = "a-token-for-the-benchmark"
HEADERS = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
CLIENTS = 8
HOME = os.environ.get("JAVA_HOME")


def tool(name):
    return os.path.join(HOME, "bin", name) if HOME else name


class Origin(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *what):
        pass


class Gateway:
    """The jar, with the registry and, if wanted, a service for each one in it."""

    def __init__(self, services, followed):
        self.folder = tempfile.mkdtemp(prefix="gatehouse-registry-")
        config = {
            "version": 1,
            "listeners": {"web": "127.0.0.1:0"},
            "admin": {"listen": "127.0.0.1:0", "tokens": {"bench": {"value": TOKEN, "role": "register"}}},
            "registry": {"limits": {"instances": 1_000_000, "perService": 100_000, "writes": 1_000_000,
                                    "renewals": 1_000_000}},
            "services": {"probe": {"registry": "probe"}},
            "routes": {"probe": {"match": {"path": "/**"}, "to": "probe"}},
        }
        if followed:
            config["services"] |= {f"s{i}": {"registry": f"s{i}"} for i in range(services)}
            config["routes"] |= {f"s{i}": {"match": {"host": f"s{i}.test", "path": "/**"}, "to": f"s{i}"}
                                 for i in range(services)}
        with open(os.path.join(self.folder, "gateway.yaml"), "w", encoding="utf-8") as file:
            json.dump(config, file)
        self.child = subprocess.Popen(
            [tool("java"), "-Xmx1g", "-XX:+UseSerialGC", "-jar", JAR, "run", "--conf", "gateway.yaml"],
            cwd=self.folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        said = []
        for line in self.child.stderr:
            said.append(line)
            if line.startswith("gatehouse ready"):
                break
        else:
            sys.exit("the gateway did not start:\n" + "".join(said))
        threading.Thread(target=self.child.stderr.read, daemon=True).start()
        text = "".join(said)
        self.port = int(re.search(r"listener web on \S+:(\d+)", text)[1])
        self.admin = int(re.search(r"admin API on \S+, port (\d+)", text)[1])

    def live_heap(self):
        """Bytes of live objects, after a full collection."""
        pid = str(self.child.pid)
        for _ in range(2):
            subprocess.run([tool("jcmd"), pid, "GC.run"], check=True, stdout=subprocess.DEVNULL)
        info = subprocess.run([tool("jcmd"), pid, "GC.heap_info"], check=True, capture_output=True, text=True).stdout
        return sum(int(used) * 1024 for used in re.findall(r"generation.*? used (\d+)K", info))

    def stop(self):
        self.child.terminate()
        self.child.wait(30)
        shutil.rmtree(self.folder, ignore_errors=True)


def ask(connection, method, path, body=None):
    connection.request(method, path, body=None if body is None else json.dumps(body), headers=HEADERS)
    answer = connection.getresponse()
    answer.read()
    return answer.status


def instance(i, services):
    return f"/registry/v1/default/services/s{i % services}/instances/i{i}"


def each(gateway, count, work):
    """Does it for each number, by several clients; how many a second that were."""
    def run(first):
        connection = http.client.HTTPConnection("127.0.0.1", gateway.admin)
        connection.connect()
        for i in range(first, count, CLIENTS):
            status = work(connection, i)
            if status not in (200, 201):
                raise RuntimeError(f"request {i} was answered {status}")
        connection.close()

    begin = time.monotonic()
    with ThreadPoolExecutor(CLIENTS) as clients:
        list(clients.map(run, range(CLIENTS)))
    return count / (time.monotonic() - begin)


def first_requests(gateway, rounds, address):
    """Milliseconds from sending a registration until the first request that its instance answers has been answered."""
    admin = http.client.HTTPConnection("127.0.0.1", gateway.admin)
    web = http.client.HTTPConnection("127.0.0.1", gateway.port)
    path = "/registry/v1/default/services/probe/instances/probe"
    times = []
    for _ in range(rounds):
        begin = time.monotonic()
        status = ask(admin, "PUT", path, {"address": address})
        assert status == 201, status
        while ask(web, "GET", "/") != 200:
            assert time.monotonic() - begin < 10, "no request reached it within ten seconds"
        times.append((time.monotonic() - begin) * 1000)
        assert ask(admin, "DELETE", path) == 204
        while ask(web, "GET", "/") == 200:
            pass
    return sorted(times)


def measure(instances, services, rounds, followed, address):
    gateway = Gateway(services, followed)
    try:
        first_requests(gateway, 20, address)  # so that neither side is cold
        before = gateway.live_heap()
        body = {"address": "10.0.0.1:8080", "version": "2.1.0", "ttl": "1h", "metadata": {"zone": "a", "rack": "r12"}}
        registered = each(gateway, instances, lambda at, i: ask(
            at, "PUT", instance(i, services), body | {"address": f"10.{i >> 16}.{i >> 8 & 255}.{i & 255}:8080"}))
        renewed = each(gateway, instances, lambda at, i: ask(at, "PUT", instance(i, services) + "/heartbeat"))
        held = gateway.live_heap() - before
        times = first_requests(gateway, rounds, address)
        return {
            "registrationsPerSecond": round(registered),
            "renewalsPerSecond": round(renewed),
            "heapBytesPerInstance": round(held / instances),
            "firstRequestMillisP50": round(statistics.median(times), 2),
            "firstRequestMillisP99": round(times[min(len(times) - 1, int(len(times) * 0.99))], 2),
            "firstRequestMillisMost": round(times[-1], 2),
        }
    finally:
        gateway.stop()


def table(result):
    alone, followed = result["alone"], result["followed"]
    rows = [
        ("registrations a second", "registrationsPerSecond", ",.0f"),
        ("renewals a second", "renewalsPerSecond", ",.0f"),
        ("bytes of heap an instance", "heapBytesPerInstance", ",.0f"),
        ("ms from registration to first request, p50", "firstRequestMillisP50", ".1f"),
        ("the same, p99", "firstRequestMillisP99", ".1f"),
        ("the same, most", "firstRequestMillisMost", ".1f"),
    ]
    print(f"{result['instances']:,} instances in {result['services']:,} services, {CLIENTS} clients, {result['date']}, {result['machine']}\n")
    print("| | registry alone | each service followed |\n| --- | ---: | ---: |")
    for name, key, form in rows:
        print(f"| {name} | {alone[key]:{form}} | {followed[key]:{form}} |")


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--instances", type=int, default=10_000)
    options.add_argument("--services", type=int, default=1_000)
    options.add_argument("--rounds", type=int, default=200, help="registrations that are timed until their first request")
    options.add_argument("--out", default="bench/results", help="folder where the figures are kept")
    given = options.parse_args()
    origin = ThreadingHTTPServer(("127.0.0.1", 0), Origin)
    origin.daemon_threads = True
    threading.Thread(target=origin.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{origin.server_port}"
    result = {
        "date": time.strftime("%Y-%m-%d"),
        "machine": f"{os.cpu_count()} cores, {platform.system()} {platform.release()}",
        "instances": given.instances,
        "services": given.services,
        "rounds": given.rounds,
        "clients": CLIENTS,
    }
    for name, followed in (("alone", False), ("followed", True)):
        result[name] = measure(given.instances, given.services, given.rounds, followed, address)
    os.makedirs(given.out, exist_ok=True)
    file = os.path.join(given.out, time.strftime("registry-%Y%m%d-%H%M%S.json"))
    with open(file, "w", encoding="utf-8") as out:
        json.dump(result, out, indent=2)
    table(result)
    print(f"\nkept in {file}")


if __name__ == "__main__":
    main()
