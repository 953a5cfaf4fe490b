"""What idle WebSockets through the gateway cost: resident memory of its process, each with its connection to the target.

    python3 bench/sockets.py [COUNT]        10000 unless told; GATEHOUSE="java -jar target/gatehouse.jar" is what is run
"""

import asyncio
import base64
import hashlib
import os
import pathlib
import shlex
import signal
import socket
import subprocess
import sys
import tempfile
import time

from proc import allow_many_files

PER_ADDRESS = 5000
KEY = base64.b64encode(b"0123456789abcdef").decode()
GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
ASK = (f"GET /chat HTTP/1.1\r\nHost: bench.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
       f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {KEY}\r\n\r\n").encode()
ACCEPT = base64.b64encode(hashlib.sha1(KEY.encode() + GUID).digest())
HELLO = b"\x81\x85\0\0\0\0hello"
CONFIG = """
version: 1
node: {{ connections: {connections}, drain: {{ http: 100ms, websocket: 100ms }} }}
admin: {{ listen: "127.0.0.1:0" }}
listeners: {{ web: {{ listen: "127.0.0.1:{port}", protocols: [http1, websocket], limits: {{ perAddress: 0 }} }} }}
services: {{ chat: {{ targets: "http://127.0.0.1:{target}", concurrency: {{ adaptive: false }} }} }}
routes: {{ chat: {{ match: {{ path: /chat, protocol: websocket }}, to: chat, websocket: {{ connections: 1000000 }} }} }}
"""


async def serve(reader, writer):
    """Switches and says everything back, without the mask of zeros."""
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                 b"Sec-WebSocket-Accept: " + ACCEPT + b"\r\n\r\n")
    while data := await reader.read(4096):
        writer.write(b"\x81\x05" + data[6:])
    writer.close()


async def target():
    server = await asyncio.start_server(serve, "127.0.0.1", 0, backlog=4096)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.Future()


def resident(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    raise SystemExit("the gateway is gone")


def free_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def connect(port, number):
    connection = socket.create_connection(
        ("127.0.0.1", port), 30, source_address=(f"127.0.0.{2 + number // PER_ADDRESS}", 0))
    connection.sendall(ASK)
    if not connection.recv(4096).startswith(b"HTTP/1.1 101 "):
        raise SystemExit(f"connection {number} was not switched")
    connection.sendall(HELLO)
    if connection.recv(64) != b"\x81\x05hello":
        raise SystemExit(f"connection {number} was not answered")
    return connection


def main(count):
    origin = subprocess.Popen([sys.executable, __file__, "target"], stdout=subprocess.PIPE, text=True)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="sockets"))
    port = free_port()
    (folder / "gateway.yaml").write_text(
        CONFIG.format(port=port, target=int(origin.stdout.readline()), connections=count + 100))
    (folder / "verticles.json").write_text(
        '{"verticles": {"http": {"main": "HttpProxyVerticle", "instances": "cores"}, "ws": {"main": "WsProxyVerticle"}}}')
    command = shlex.split(os.environ.get("GATEHOUSE", "java -jar target/gatehouse.jar"))
    gateway = subprocess.Popen(
        [*command, "run", "-c", str(folder / "gateway.yaml"), "-m", str(folder / "verticles.json")],
        stderr=subprocess.PIPE, text=True)
    try:
        for line in gateway.stderr:
            if line.startswith("gatehouse ready"):
                break
        else:
            raise SystemExit("the gateway does not start")
        held = [connect(port, number) for number in range(min(count, 200))]  # what is made once
        time.sleep(1)
        before = resident(gateway.pid)
        held += [connect(port, number) for number in range(len(held), count)]
        time.sleep(2)
        after = resident(gateway.pid)
        more = max(1, count - min(count, 200))
        print(f"{count} idle WebSockets: {before} KiB with the first 200, {after} KiB with all, "
              f"{(after - before) / more:.1f} KiB each")
    finally:
        gateway.send_signal(signal.SIGTERM)
        gateway.wait(30)
        origin.kill()


allow_many_files(65536)
if sys.argv[1:] == ["target"]:
    asyncio.run(target())
else:
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10000)
