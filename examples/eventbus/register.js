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
const register = () =>
  ask('register', { ...name, address, ttl: `${Math.round(TTL * 1000)}ms` }) // the same again is a renewal
    .catch(error => console.log(`refused ${error.failureCode} ${error.message}`));

bus.onopen = async () => {
  bus.registerHandler('gatehouse.registry.changed', (error, { body }) =>
    console.log(`${body.change} ${body.service} ${body.instance.id}`));
  await register();
  const { items } = await ask('get', { name: service });
  console.log(`listed ${items.map(item => item.id).join(' ')}`);
  timer = setInterval(register, (TTL * 1000) / 3);
};
bus.onclose = () => clearInterval(timer);

const leave = async () => {
  clearInterval(timer);
  await ask('deregister', name);
  bus.close();
};
process.once('SIGTERM', leave);
process.once('SIGINT', leave);
