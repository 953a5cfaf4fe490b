#!/usr/bin/env node
// A service that registers itself, renews that, and leaves in order. Nothing but Node 18 or newer:
//
//   node examples/register.mjs
//
// REGISTRY, REGISTRY_TOKEN, SERVICE, ID, PORT and TTL (seconds) in the environment say something else than below.
import { createServer } from 'node:http';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';

const { REGISTRY = 'http://127.0.0.1:9900', SERVICE = 'orders', PORT = '0', TTL = '15' } = process.env;
const id = process.env.ID ?? `${hostname()}-${process.pid}`;
const token = process.env.REGISTRY_TOKEN ?? readFileSync('data/admin.token', 'ascii').trim();
const instance = `${REGISTRY}/registry/v1/default/services/${SERVICE}/instances/${id}`;

async function ask(method, body) {
  const answer = await fetch(instance, {
    method,
    body: body && JSON.stringify(body),
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    signal: AbortSignal.timeout(5000),
  });
  if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
}

const server = createServer((request, response) => response.end('hello from Node\n'));
server.listen(Number(PORT), '127.0.0.1', () => {
  const registration = { address: `http://127.0.0.1:${server.address().port}`, ttl: `${Math.round(TTL * 1000)}ms` };
  // the same again is a renewal, and a registration where the registry has forgotten
  let last;
  const renew = () => {
    last = ask('PUT', registration).catch(e => console.log(`not registered, trying again: ${e.message}`));
  };
  renew();
  const timer = setInterval(renew, (TTL * 1000) / 3);

  const leave = async () => {
    clearInterval(timer);
    await last; // or it would be back after it has left
    await ask('DELETE'); // no new requests from here on
    server.close();
    server.closeIdleConnections();
  };
  process.once('SIGTERM', leave);
  process.once('SIGINT', leave);
});
