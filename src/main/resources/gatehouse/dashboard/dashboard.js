'use strict';

const EVERY_MILLIS = 2000;
const MOST_EVENTS = 20;
const byId = (id) => document.getElementById(id);
const events = [];
const counted = new Map();
let paused = false;
let timer;
let watching = false;

/* All text comes in as text, never as markup: names and addresses are what somebody configured or registered. */
function element(tag, text, className) {
  const made = document.createElement(tag);
  if (text !== undefined && text !== null) made.textContent = String(text);
  if (className) made.className = className;
  return made;
}

async function fetched(path) {
  const token = sessionStorage.getItem('token');
  const answer = await fetch(path, { headers: token ? { Authorization: 'Bearer ' + token } : {}, cache: 'no-store' });
  if (answer.status === 401 || answer.status === 403 || answer.status === 429) throw new Refusal(answer.status);
  if (!answer.ok) throw new Error(path + ' answers ' + answer.status);
  return answer;
}

async function ask(path) {
  return (await fetched(path)).json();
}

class Refusal extends Error {
  constructor(status) {
    super(status === 429 ? 'Too many wrong tokens; wait a minute.' : 'This token is not taken.');
  }
}

function cell(value, isFirst) {
  const made = element(isFirst ? 'th' : 'td');
  if (isFirst) made.scope = 'row';
  if (value instanceof Node) made.append(value);
  else made.textContent = value === undefined || value === null ? '' : String(value);
  if (typeof value === 'number') made.className = 'number';
  return made;
}

function table(caption, heads, rows) {
  const made = element('table');
  if (caption) made.append(element('caption', caption));
  const head = element('tr');
  heads.forEach((text) => {
    const title = element('th', text);
    title.scope = 'col';
    head.append(title);
  });
  const body = element('tbody');
  rows.forEach((row) => {
    const line = element('tr');
    row.forEach((value, at) => line.append(cell(value, at === 0)));
    body.append(line);
  });
  if (rows.length === 0) {
    const none = element('td', 'none');
    none.colSpan = heads.length;
    const line = element('tr');
    line.append(none);
    body.append(line);
  }
  const top = element('thead');
  top.append(head);
  made.append(top, body);
  return made;
}

function facts(where, pairs) {
  where.replaceChildren(...pairs.map(([name, value]) => {
    const pair = element('div');
    pair.append(element('dt', name), value instanceof Node ? value : element('dd', value));
    return pair;
  }));
}

function condition(target) {
  const good = target.condition === 'healthy' && target.state === 'up';
  const text = target.condition + (target.state === 'up' ? '' : ', ' + target.state) + (target.suspect ? ', suspect' : '');
  return element('span', text, good ? 'good' : target.healthy ? 'warn' : 'bad');
}

/* Requests a second since the look before. */
function rate(key, requests, now) {
  const before = counted.get(key);
  counted.set(key, { requests, now });
  return before && now > before.now && requests >= before.requests
    ? ((requests - before.requests) * 1000 / (now - before.now)).toFixed(1) : '';
}

function short(value) {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/* Keys that mean any of them are left out. */
function condensed(match) {
  return Object.entries(match)
    .filter(([, value]) => value !== null && (typeof value !== 'object' || Object.keys(value).length > 0))
    .map(([key, value]) => key + ' ' + (Array.isArray(value) ? value.map(short).join(', ') : short(value)))
    .join('; ');
}

function leadsTo(to) {
  const key = ['service', 'split', 'rpc', 'topic', 'files', 'redirect', 'respond'].find((name) => to[name] !== undefined && to[name] !== null);
  return key ? key + ' ' + short(to[key]) : short(to);
}

function since(millis) {
  const seconds = Math.floor(millis / 1000);
  const parts = [[86400, 'd'], [3600, 'h'], [60, 'min'], [1, 's']]
    .map(([size, unit], at, all) => [Math.floor((at ? seconds % all[at - 1][0] : seconds) / size), unit]);
  const first = parts.findIndex(([count]) => count > 0);
  return first < 0 ? '0 s' : parts.slice(first, first + 2).map((part) => part.join(' ')).join(' ');
}

function serviceTable(service, now) {
  const load = service.load;
  return table(service.name + ': ' + load.inFlight + ' under way of ' + load.limit + ' at most, ' + load.waiting + ' in line',
    ['target', 'condition', 'weight', 'in flight', 'requests', 'a second', 'failures', 'last failure'],
    service.targets.map((target) => [target.url, condition(target), target.weight, target.inFlight, target.requests,
      rate(service.name + ' ' + target.id, target.requests, now), target.failures, target.lastFailure]));
}

function show(status, listeners, routes, services, cache) {
  const now = Date.now();
  byId('name').textContent = status.node;
  document.title = (status.ready && status.problems.length === 0 ? '' : '! ') + status.node + ' · Gatehouse';
  facts(byId('node'), [
    ['name', status.node], ['version', status.version], ['snapshot', status.snapshot],
    ['ready', element('dd', status.ready ? 'yes' : 'no', status.ready ? 'good' : 'bad')],
    ['up for', since(status.uptimeMillis)], ['transport', status.transport],
    ['cluster', status.cluster.enabled ? status.cluster.members.map((member) => member.name).join(', ') : 'alone'],
  ]);
  byId('problems').replaceChildren(status.problems.length === 0
    ? element('p', 'none: the files on disk are in force', 'good')
    : table('', ['where', 'key', 'what', 'expected', 'hint'], status.problems.map((problem) =>
      [problem.file + ':' + problem.line + ':' + problem.column, problem.path, element('span', problem.what, 'bad'),
        problem.expected, problem.hint])));
  byId('services').replaceChildren(...(services.items.length === 0 ? [element('p', 'none')]
    : services.items.map((service) => serviceTable(service, now))));
  byId('routes').replaceChildren(table('', ['name', 'matches', 'leads to', 'breaker', 'policies'], routes.items.map((route) =>
    [route.name, element('code', condensed(route.match)), leadsTo(route.to),
      route.breaker ? element('span', route.breaker.state, route.breaker.state === 'closed' ? 'good' : 'bad') : '',
      Object.keys(route.policies).join(', ')])));
  byId('listeners').replaceChildren(table('', ['name', 'port', 'protocols', 'routes'], listeners.items.map((listener) =>
    [listener.name, listener.port, (listener.protocols || []).join(', '), listener.routes.length])));
  byId('verticles').replaceChildren(table('', ['name', 'what', 'instances', 'generation'], status.verticles.map((verticle) =>
    [verticle.name, verticle.main, verticle.instances, verticle.generation])));
  facts(byId('cache'), Object.entries(cache).filter(([, value]) => typeof value === 'number'));
}

function happened(text) {
  const fields = Object.fromEntries(text.split('\n').filter((line) => line.includes(': ')).map((line) =>
    [line.slice(0, line.indexOf(': ')), line.slice(line.indexOf(': ') + 2)]));
  if (!fields.event) return;
  events.unshift([new Date().toLocaleTimeString(), fields.event, element('code', fields.data)]);
  events.length = Math.min(events.length, MOST_EVENTS);
  byId('events').replaceChildren(table('', ['time', 'kind', 'what'], events));
}

/* EventSource can't send a token, so the stream is read by hand. What it brings is beside the point when it fails. */
async function watch() {
  if (watching) return;
  watching = true;
  try {
    const reader = (await fetched('/admin/v1/events')).body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = '';
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      const whole = (rest + read.value).split('\n\n');
      rest = whole.pop();
      whole.forEach(happened);
    }
  } catch (failure) {
    // the next look begins it again
  } finally {
    watching = false;
  }
}

function askForToken(refusal) {
  byId('refused').textContent = sessionStorage.getItem('token') ? refusal.message : '';
  sessionStorage.removeItem('token');
  byId('entry').hidden = false;
  byId('shown').hidden = true;
  byId('state').textContent = 'a token is needed';
  byId('token').focus();
}

async function refresh() {
  clearTimeout(timer);
  try {
    show(...await Promise.all(['status', 'listeners', 'routes', 'services', 'cache'].map((name) => ask('/admin/v1/' + name))));
    byId('entry').hidden = true;
    byId('shown').hidden = false;
    byId('refused').textContent = '';
    byId('trouble').textContent = '';
    if (!paused) byId('state').textContent = 'as of ' + new Date().toLocaleTimeString();
    watch();
  } catch (failure) {
    if (failure instanceof Refusal) {
      askForToken(failure);
      return;
    }
    const told = 'no answer: ' + failure.message;
    if (byId('trouble').textContent !== told) byId('trouble').textContent = told; // said once, not with every look
  }
  if (!paused) timer = setTimeout(refresh, EVERY_MILLIS);
}

byId('entry').addEventListener('submit', (event) => {
  event.preventDefault();
  sessionStorage.setItem('token', byId('token').value);
  byId('token').value = '';
  refresh();
});
byId('pause').addEventListener('click', () => {
  paused = !paused;
  byId('pause').setAttribute('aria-pressed', String(paused));
  byId('state').textContent = paused ? 'paused' : 'loading';
  if (paused) clearTimeout(timer);
  else refresh();
});
refresh();
