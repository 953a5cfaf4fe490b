"""A WebSocket service and a client for it, with Python's websockets (pip install websockets; Debian: python3-websockets).

    python3 echo.py serve [PORT]   prints its port
    python3 echo.py talk URL       says something through a gateway and prints what comes back
"""
import asyncio
import sys

import websockets


async def serve(port):
    async def echo(socket, path=None):
        async for message in socket:
            await socket.send(message)

    async with websockets.serve(echo, "127.0.0.1", port, subprotocols=["chat"]) as server:
        print(server.sockets[0].getsockname()[1], flush=True)
        await asyncio.Future()


async def talk(url):
    socket = await websockets.connect(url, subprotocols=["chat"])
    long = "long " * 40000
    for message in ("hello", bytes(1000), long):
        await socket.send(message)
        back = await socket.recv()
        print("long" if back == long else back if isinstance(back, str) else f"binary {len(back)}")
    await asyncio.wait_for(await socket.ping(b"beat"), 10)
    print("pong beat")
    await socket.close(4321, "enough")
    names = [extension.name for extension in socket.extensions]
    print(f"closed {socket.close_code} {socket.close_reason} {names[0]} {socket.subprotocol}")


asyncio.run(serve(int((sys.argv + [0])[2])) if sys.argv[1] == "serve" else talk(sys.argv[2]))
