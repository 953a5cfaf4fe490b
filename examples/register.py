#!/usr/bin/env python3
"""A service that registers itself, renews that, and leaves in order. Standard library only:

    python3 examples/register.py

REGISTRY, REGISTRY_TOKEN, SERVICE, ID, PORT and TTL (seconds) in the environment say something else than below.
"""
import json
import os
import signal
import socket
import threading
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

REGISTRY = os.environ.get("REGISTRY", "http://127.0.0.1:9900")
SERVICE = os.environ.get("SERVICE", "orders")
ID = os.environ.get("ID", f"{socket.gethostname()}-{os.getpid()}")
TTL = float(os.environ.get("TTL", "15"))
INSTANCE = f"{REGISTRY}/registry/v1/default/services/{SERVICE}/instances/{ID}"


def token():
    if "REGISTRY_TOKEN" in os.environ:
        return os.environ["REGISTRY_TOKEN"]
    with open("data/admin.token", encoding="ascii") as file:
        return file.read().strip()


def ask(method, body=None):
    request = urllib.request.Request(
        INSTANCE,
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=5) as answer:
        return answer.read()


class Hello(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        body = b"hello from Python\n"
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *what):
        pass


TOKEN = token()
server = ThreadingHTTPServer(("127.0.0.1", int(os.environ.get("PORT", "0"))), Hello)
server.daemon_threads = True
ending = threading.Event()
for name in (signal.SIGTERM, signal.SIGINT):
    signal.signal(name, lambda *_: ending.set())

threading.Thread(target=server.serve_forever, daemon=True).start()
registration = {"address": f"http://127.0.0.1:{server.server_port}", "ttl": f"{int(TTL * 1000)}ms"}
while not ending.is_set():
    try:
        ask("PUT", registration)  # the same again is a renewal, and a registration where the registry has forgotten
    except OSError as e:
        print(f"not registered, trying again: {e}", flush=True)
    ending.wait(TTL / 3)

ask("DELETE")  # no new requests from here on
server.shutdown()
