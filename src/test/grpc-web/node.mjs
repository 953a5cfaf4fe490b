// node node.mjs GATEWAY FILE: the calls from Node, which has fetch but no XMLHttpRequest.
import { readFileSync } from "node:fs";
import xhr2 from "xhr2";

globalThis.XMLHttpRequest = xhr2.XMLHttpRequest ?? xhr2;
const { run } = await import("./calls.mjs");
for (const line of await run(process.argv[2], readFileSync(process.argv[3]))) {
  console.log(line);
}
process.exit(0);
