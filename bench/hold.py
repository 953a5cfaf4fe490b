"""Connections of our own: thousands that idle, over HTTP/1.1 and HTTP/2, and one that carries a large body."""

import socket
import time

from proc import NoAnswer

HEAD = b" HTTP/1.1\r\nHost: bench.test\r\n"
PER_ADDRESS = 5000
# Preface, empty SETTINGS, and HEADERS of stream 1: GET http /small bench.test in HPACK's plainest form.
FIELDS = b"\x82\x86\x04\x06/small\x01\x0abench.test"
HTTP2 = (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\0\0\0\x04\0\0\0\0\0"
         + len(FIELDS).to_bytes(3, "big") + b"\x01\x05\0\0\0\x01" + FIELDS)
SETTINGS_ACK = b"\0\0\0\x04\x01\0\0\0\0"


def idle(port, count, http2=False):
    """Connections that have had one answer each and stay open, from several addresses."""
    held = []
    try:
        for number in range(count):
            connection = socket.create_connection(
                ("127.0.0.1", port), 30, source_address=(f"127.0.0.{2 + number // PER_ADDRESS}", 0))
            held.append(connection)
            if http2:
                connection.sendall(HTTP2)
                read_stream(connection)
                connection.sendall(SETTINGS_ACK)
            else:
                connection.sendall(b"GET /small" + HEAD + b"\r\n")
                if b" 200 " not in connection.recv(4096):
                    raise NoAnswer("no 200")
    except (OSError, NoAnswer) as failure:
        raise NoAnswer(f"connection {len(held)} of {count}: {failure}") from failure
    time.sleep(0.5)
    return held


def read_stream(connection):
    """Reads frames until one ends stream 1."""
    data = b""
    while True:
        while len(data) >= 9 and len(data) >= 9 + int.from_bytes(data[:3], "big"):
            kind, flags, stream = data[3], data[4], int.from_bytes(data[5:9], "big")
            if stream == 1 and kind in (0, 1) and flags & 1:
                return
            if kind in (3, 7):
                raise NoAnswer(f"a connection over HTTP/2 was ended by a frame of type {kind}")
            data = data[9 + int.from_bytes(data[:3], "big"):]
        more = connection.recv(65536)
        if not more:
            raise NoAnswer("a connection over HTTP/2 was closed without an answer")
        data += more


def download(port, path, most):
    """How many bytes came, until the end or so many: what passes bytes on does not end a connection."""
    buffer = bytearray(1 << 20)
    with socket.create_connection(("127.0.0.1", port), 60) as connection:
        connection.sendall(b"GET " + path.encode() + HEAD + b"Connection: close\r\n\r\n")
        received = 0
        while received < most and (got := connection.recv_into(buffer)):
            received += got
    return received


def upload(port, path, size):
    """Whether it was answered with 200."""
    chunk = bytes(1 << 20)
    with socket.create_connection(("127.0.0.1", port), 60) as connection:
        connection.sendall(b"POST " + path.encode() + HEAD + f"Content-Length: {size}\r\nConnection: close\r\n\r\n".encode())
        for _ in range(size // len(chunk)):
            connection.sendall(chunk)
        return b" 200 " in connection.recv(4096)
