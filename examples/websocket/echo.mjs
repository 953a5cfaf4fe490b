// A WebSocket service and a client for it, with the package `ws` from npm (npm ci).
//   node echo.mjs serve [PORT]     prints its port
//   node echo.mjs talk URL         says something through a gateway and prints what comes back
import { WebSocket, WebSocketServer } from "ws";

const [mode, where] = process.argv.slice(2);
if (mode === "serve") {
  const server = new WebSocketServer({ host: "127.0.0.1", port: Number(where ?? 0), perMessageDeflate: { threshold: 0 }, handleProtocols: (offered) => [...offered][0] });
  server.on("listening", () => console.log(server.address().port));
  server.on("connection", (socket) => socket.on("message", (data, isBinary) => socket.send(data, { binary: isBinary })));
} else {
  const socket = new WebSocket(where, ["chat"], { perMessageDeflate: { threshold: 0 } });
  const long = "long ".repeat(40000);
  socket.on("open", () => { socket.send("hello"); socket.send(Buffer.alloc(1000)); socket.send(long); socket.ping("beat"); });
  let left = 4;
  const heard = (what) => { console.log(what); if (--left === 0) socket.close(4321, "enough"); };
  socket.on("message", (data, isBinary) => heard(isBinary ? `binary ${data.length}` : String(data) === long ? "long" : String(data)));
  socket.on("pong", (data) => heard(`pong ${data}`));
  socket.on("close", (code, reason) => console.log(`closed ${code} ${reason} ${socket.extensions.split(";")[0]} ${socket.protocol}`));
  socket.on("error", (error) => { console.log(`error ${error.message}`); process.exitCode = 1; });
}
