// Registers an address over the bridge to the event bus, prints what changes in the registry, and leaves in order:
//
//   npm ci
//   BRIDGE=http://127.0.0.1:9901/eventbus REGISTRY_TOKEN=... node register.js orders http://127.0.0.1:9000
const EventBus = require('@vertx/eventbus-bridge-client.js');

const { BRIDGE = 'http://127.0.0.1:9901/eventbus', REGISTRY_TOKEN, TTL = '15' } = process.env;
const [service, address] = process.argv.slice(2);
const name = { service, id: process.env.ID ?? `node-${process.pid}` };

const bus = new EventBus(BRIDGE, { transports: ['websocket'] });
bus.defaultHeaders = { Authorization: `Bearer ${REGISTRY_TOKEN}` };
bus.enableReconnect(true);

const ask = (verb, body) =>
  new Promise((resolve, reject) =>
    bus.send(`gatehouse.registry.${verb}`, body, (error, answer) => (error ? reject(error) : resolve(answer.body))));

let timer;
const refused = error => {
  console.log(`refused ${error.failureCode} ${error.message}`);
  if (error.failureCode === 401 || error.failureCode === 403) process.exit(1); // it would be again
};
const register = () => ask('register', { ...name, address, ttl: `${Math.round(TTL * 1000)}ms` }); // the same again is a renewal

bus.onopen = async () => {
  try {
    bus.registerHandler('gatehouse.registry.changed', (error, message) =>
      error ? refused(error) : console.log(`${message.body.change} ${message.body.service} ${message.body.instance.id}`));
    await register();
    const { items } = await ask('get', { name: service });
    console.log(`listed ${items.map(item => item.id).join(' ')}`);
  } catch (error) {
    refused(error);
  }
  clearInterval(timer);
  timer = setInterval(() => register().catch(refused), (TTL * 1000) / 3);
};
bus.onclose = ({ code, reason }) => {
  clearInterval(timer);
  console.log(`no connection with ${BRIDGE}: ${code} ${reason}`); // the client tries again by itself
};

const leave = async () => {
  clearInterval(timer);
  if (bus.state === EventBus.OPEN) {
    bus.enableReconnect(false);
    await ask('deregister', name).catch(refused);
  }
  process.exit();
};
process.once('SIGTERM', leave);
process.once('SIGINT', leave);
