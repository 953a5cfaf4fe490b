#!/usr/bin/env python3
"""Closed loops that no tool at hand makes, each over many connections at once: talk.py KIND PORT SECONDS CONNECTIONS [ORIGIN]

    ws        messages of 125 bytes through WebSockets that stay open, there and back
    connect   a connection for each request of 150 bytes
    tunnel    the same through a tunnel that is asked for by CONNECT to the origin's port
    pieces    requests on connections that stay, head and body written apart by a client that waits for acknowledgements between (Nagle)

Prints how many were done, how many failed, and the times in microseconds within which half and 99% of them were.
"""

import selectors
import socket
import sys
import time

HEAD = b" HTTP/1.1\r\nHost: bench.test\r\n"
ASK = b"GET /small" + HEAD + b"\r\n"
POST = b"POST /small" + HEAD + b"Content-Length: 100\r\n\r\n"
SWITCH = (b"GET /ws" + HEAD + b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
          b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
FRAME = b"\x81\xfd\0\0\0\0" + b"x" * 125  # with a mask of zeros


class Talk:
    """One connection after the other, or one that stays."""

    def __init__(self, kind, port, origin, watched):
        self.kind, self.port, self.watched = kind, port, watched
        self.tunnel = f"CONNECT 127.0.0.1:{origin} HTTP/1.1\r\nHost: 127.0.0.1:{origin}\r\n\r\n".encode()
        self.times, self.failed = [], 0
        self.begin()

    def begin(self):
        self.socket = socket.create_connection(("127.0.0.1", self.port), 10)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, self.kind != "pieces")
        self.data, self.open, self.started = b"", self.kind in ("connect", "pieces"), time.perf_counter()
        if self.kind == "pieces":
            self.post()
        else:
            self.socket.sendall({"ws": SWITCH, "connect": ASK, "tunnel": self.tunnel}[self.kind])
        self.watched.register(self.socket, selectors.EVENT_READ, self)

    def post(self):
        self.data, self.started = b"", time.perf_counter()
        self.socket.sendall(POST)
        self.socket.sendall(b"y" * 100)

    def end(self):
        self.watched.unregister(self.socket)
        self.socket.close()

    def ready(self):
        more = self.socket.recv(65536)
        self.data += more
        if not more:
            self.failed += 1
            self.end()
            self.begin()
        elif not self.open:
            if b"\r\n\r\n" in self.data:
                self.open = self.data.startswith((b"HTTP/1.1 101", b"HTTP/1.1 200"))
                self.data = b""
                if not self.open:
                    raise SystemExit("it was refused")
                if self.kind == "ws":
                    self.started = time.perf_counter()
                self.socket.sendall(FRAME if self.kind == "ws" else ASK)
        elif self.kind == "ws":
            if len(self.data) >= len(FRAME):
                self.done()
                self.data = self.data[len(FRAME):]
                self.started = time.perf_counter()
                self.socket.sendall(FRAME)
        elif self.data.endswith(b"x" * 150):
            self.done()
            if self.kind == "pieces":
                self.post()
            else:
                self.end()
                self.begin()

    def done(self):
        self.times.append(time.perf_counter() - self.started)


def main(kind, port, seconds, connections, origin=0):
    watched = selectors.DefaultSelector()
    talks = [Talk(kind, int(port), int(origin), watched) for _ in range(int(connections))]
    until = time.monotonic() + float(seconds)
    while time.monotonic() < until:
        for key, _ in watched.select(0.1):
            key.data.ready()
    times = sorted(one for talk in talks for one in talk.times)
    at = lambda share: int(times[int((len(times) - 1) * share)] * 1e6) if times else 0
    print(len(times), sum(talk.failed for talk in talks), at(0.5), at(0.99))


main(*sys.argv[1:])
