'use strict';

const EVERY_MILLIS = 2000;
const byId = (id) => document.getElementById(id);
let paused = false;
let timer;

/* All text comes in as text, never as markup: names and addresses are what somebody configured or registered. */
function element(tag, text, className) {
  const made = document.createElement(tag);
  if (text !== undefined && text !== null) made.textContent = String(text);
  if (className) made.className = className;
  return made;
}

async function ask(path) {
  const token = sessionStorage.getItem('token');
  const answer = await fetch(path, { headers: token ? { Authorization: 'Bearer ' + token } : {}, cache: 'no-store' });
  if (answer.status === 401 || answer.status === 403 || answer.status === 429) throw new Refusal(answer.status);
  if (!answer.ok) throw new Error(path + ' answers ' + answer.status);
  return answer.json();
}

class Refusal extends Error {
  constructor(status) {
    super(status === 429 ? 'Too many wrong tokens; wait a minute.' : 'This token is not taken.');
  }
}

function table(where, caption, heads, rows) {
  if (rows.length === 0) {
    where.replaceChildren(element('p', 'none'));
    return;
  }
  const made = element('table');
  if (caption) made.append(element('caption', caption));
  const head = element('tr');
  heads.forEach((text) => {
    const cell = element('th', text);
    cell.scope = 'col';
    head.append(cell);
  });
  const body = element('tbody');
  rows.forEach((row) => {
    const line = element('tr');
    row.forEach((value) => {
      const cell = element('td');
      if (value instanceof Node) cell.append(value);
      else cell.textContent = value === undefined || value === null ? '' : String(value);
      if (typeof value === 'number') cell.className = 'number';
      line.append(cell);
    });
    body.append(line);
  });
  const top = element('thead');
  top.append(head);
  made.append(top, body);
  where.append(made);
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
  const key = ['service', 'split', 'files', 'redirect', 'respond'].find((name) => to[name] !== undefined && to[name] !== null);
  return key ? key + ' ' + short(to[key]) : short(to);
}

function show(status, listeners, routes, services, cache) {
  facts(byId('node'), [
    ['name', status.node], ['version', status.version], ['snapshot', status.snapshot],
    ['ready', element('dd', status.ready ? 'yes' : 'no', status.ready ? 'good' : 'bad')],
    ['up for', Math.floor(status.uptimeMillis / 1000) + ' s'], ['transport', status.transport],
    ['cluster', status.cluster.enabled ? status.cluster.members.map((member) => member.name).join(', ') : 'alone'],
  ]);
  byId('problems').replaceChildren();
  table(byId('problems'), '', ['where', 'key', 'what', 'expected'], status.problems.map((problem) =>
    [problem.file + ':' + problem.line + ':' + problem.column, problem.path, element('span', problem.what, 'bad'), problem.expected]));
  byId('services').replaceChildren();
  services.items.forEach((service) => table(byId('services'), service.name,
    ['target', 'condition', 'weight', 'in flight', 'requests', 'failures', 'last failure'], service.targets.map((target) =>
      [target.url, condition(target), target.weight, target.inFlight, target.requests, target.failures, target.lastFailure])));
  byId('routes').replaceChildren();
  table(byId('routes'), '', ['name', 'matches', 'leads to', 'breaker', 'policies'], routes.items.map((route) =>
    [route.name, element('code', condensed(route.match)), leadsTo(route.to),
      route.breaker ? element('span', route.breaker.state, route.breaker.state === 'closed' ? 'good' : 'bad') : '',
      Object.keys(route.policies).join(', ')]));
  byId('listeners').replaceChildren();
  table(byId('listeners'), '', ['name', 'port', 'protocols', 'routes'], listeners.items.map((listener) =>
    [listener.name, listener.port, (listener.protocols || []).join(', '), listener.routes.length]));
  byId('verticles').replaceChildren();
  table(byId('verticles'), '', ['name', 'what', 'instances', 'generation'], status.verticles.map((verticle) =>
    [verticle.name, verticle.main, verticle.instances, verticle.generation]));
  facts(byId('cache'), Object.entries(cache).filter(([, value]) => typeof value === 'number'));
}

async function refresh() {
  clearTimeout(timer);
  try {
    show(...await Promise.all(['status', 'listeners', 'routes', 'services', 'cache'].map((name) => ask('/admin/v1/' + name))));
    byId('entry').hidden = true;
    byId('shown').hidden = false;
    byId('refused').textContent = '';
    const ready = 'as of ' + new Date().toLocaleTimeString();
    if (!paused) byId('state').textContent = ready;
  } catch (failure) {
    if (failure instanceof Refusal) {
      byId('refused').textContent = sessionStorage.getItem('token') ? failure.message : '';
      sessionStorage.removeItem('token');
      byId('entry').hidden = false;
      byId('shown').hidden = true;
      byId('state').textContent = 'a token is needed';
      byId('token').focus();
      return;
    }
    byId('state').textContent = 'no answer: ' + failure.message;
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
  byId('pause').textContent = paused ? 'Go on' : 'Pause';
  byId('state').textContent = paused ? 'paused' : 'loading';
  if (paused) clearTimeout(timer);
  else refresh();
});
refresh();
