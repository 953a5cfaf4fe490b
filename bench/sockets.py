"""What idle WebSockets through the gateway cost: resident memory of its process, each with its connection to the target.

    python3 bench/sockets.py [COUNT]        10000 unless told; GATEHOUSE="java -jar target/gatehouse.jar" is what is run

It takes two files for each in the gateway and one in the target and here, and ends by itself after a minute and a second for every 100.
"""

import asyncio
import base64
import hashlib
import os
import pathlib
import shlex
import shutil
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
    """A WebSocket that has been through once, there and back."""
    try:
        connection = socket.create_connection(
            ("127.0.0.1", port), 10, source_address=(f"127.0.0.{2 + number // PER_ADDRESS}", 0))
        connection.sendall(ASK)
        answer = read(connection, lambda data: b"\r\n\r\n" in data)
        if not answer.startswith(b"HTTP/1.1 101 "):
            raise SystemExit(f"connection {number} was not switched: {answer.splitlines()[:1]}")
        connection.sendall(HELLO)
        if read(connection, lambda data: len(data) >= 7) != b"\x81\x05hello":
            raise SystemExit(f"connection {number} was not answered")
    except OSError as failure:
        raise SystemExit(f"connection {number}: {failure}") from failure
    return connection


def read(connection, whole):
    data = b""
    while not whole(data) and (more := connection.recv(4096)):
        data += more
    return data


def late(number, frame):
    raise SystemExit("it takes too long")


def main(count):
    files = allow_many_files(max(65536, 3 * count + 2000))
    needed = 5 * count // 2 + 1000  # as one of ten stays free in the gateway
    if files < needed:
        raise SystemExit(f"{count} need {needed} open files, and this process may have {files}: ulimit -n, or fewer")
    signal.signal(signal.SIGALRM, late)
    signal.alarm(60 + count // 100)
    origin = subprocess.Popen([sys.executable, __file__, "target"], stdout=subprocess.PIPE, text=True)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="sockets"))
    port = free_port()
    (folder / "gateway.yaml").write_text(
        CONFIG.format(port=port, target=int(origin.stdout.readline()), connections=count + 100))
    (folder / "verticles.json").write_text(
        '{"verticles": {"http": {"main": "HttpProxyVerticle", "instances": "cores"}, "ws": {"main": "WsProxyVerticle"}}}')
    jar = pathlib.Path(__file__).resolve().parent.parent / "target" / "gatehouse.jar"
    command = shlex.split(os.environ.get("GATEHOUSE", f"java -jar {shlex.quote(str(jar))}"))
    log = folder / "gateway.log"
    with open(log, "wb") as out:
        gateway = subprocess.Popen(
            [*command, "run", "-c", str(folder / "gateway.yaml"), "-m", str(folder / "verticles.json")],
            stdin=subprocess.DEVNULL, stdout=out, stderr=out)
    try:
        while "gatehouse ready" not in log.read_text():
            if gateway.poll() is not None:
                raise SystemExit("the gateway does not start:\n" + log.read_text())
            time.sleep(0.05)
        held = [connect(port, number) for number in range(min(count, 200))]  # what is made once
        time.sleep(1)
        before = resident(gateway.pid)
        held += [connect(port, number) for number in range(len(held), count)]
        time.sleep(2)
        after = resident(gateway.pid)
        more = max(1, count - min(count, 200))
        if gateway.poll() is not None or any(gone(one) for one in held):
            raise SystemExit("some of them are gone:\n" + log.read_text()[-2000:])
        print(f"{count} idle WebSockets: {before} KiB with the first 200, {after} KiB with all, "
              f"{(after - before) / more:.1f} KiB each")
    finally:
        signal.alarm(0)
        origin.kill()
        gateway.terminate()
        try:
            gateway.wait(30)
        except subprocess.TimeoutExpired:
            gateway.kill()
        shutil.rmtree(folder, ignore_errors=True)


def gone(connection):
    """Whether something came of one that has nothing to say: its end."""
    connection.setblocking(False)
    try:
        return connection.recv(1) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True


if sys.argv[1:] == ["target"]:
    asyncio.run(target())
else:
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10000)
