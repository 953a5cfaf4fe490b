"""The proxies that are compared, each configured to do the same: one service behind one route, access log on."""

import base64
import hmac
import json
import os
import re
import resource
import shutil
import subprocess
import time

from proc import Process, free_port

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BUILT = os.path.join(ROOT, "target", "bench")
JAVA_HOME = os.environ.get("JAVA_HOME", "")
JAVA = os.path.join(JAVA_HOME, "bin", "java") if JAVA_HOME else "java"
JAR = os.path.abspath(os.environ.get("BENCH_JAR", os.path.join(ROOT, "target", "gatehouse.jar")))
SCG_JAR = os.path.abspath(os.environ.get("SCG_JAR") or os.path.join(BUILT, "spring", "spring.jar"))
os.environ["PATH"] += ":/usr/sbin:" + os.path.join(BUILT, "caddy", "usr", "bin")
CADDY = os.path.abspath(os.environ["CADDY"]) if os.environ.get("CADDY") else shutil.which("caddy")


def java_release():
    """17, 25: what JAVA is of; 0 where there is none."""
    try:
        told = subprocess.run([JAVA, "-version"], capture_output=True, text=True, check=True).stderr
    except (OSError, subprocess.CalledProcessError):
        return 0
    return int(re.search(r'version "(\d+)', told).group(1))


class Setup:
    """What a row wants of a proxy."""

    def __init__(self, origin, folder, routes=1, policies="default", log=True, archive=None, flags=(),
                 cache=False, calls=None, streams=False, tls=None):
        self.origin = origin
        self.calls = calls  # port of a service of gRPC, for what is asked of it
        self.folder = folder
        self.routes = routes
        self.policies = policies
        self.log = log
        self.cache = cache  # one hour, whatever the origin says
        self.streams = streams  # bytes and WebSockets as well
        self.tls = tls  # https as well; with the gateway, by this engine
        self.tcp, self.forward, self.https = free_port(), free_port(), free_port()
        self.few = free_port()  # where there are many routes: another listener with ten of them
        self.flags = [*flags, f"-XX:SharedArchiveFile={archive}"] if archive else list(flags)


class Target:
    """A proxy: how it is configured and started."""

    def __init__(self, name, write, command, present=True, jvm=False, connections=11_000, one_port=False):
        self.name = name
        self.write = write
        self.command = command
        self.present = bool(present)
        self.jvm = jvm
        self.connections = connections  # most that it holds as configured here
        self.one_port = one_port  # whether HTTP/1.1 and HTTP/2 have one port

    def start(self, setup, core, label):
        folder = os.path.join(setup.folder, label.replace(" ", "-"))
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)
        port, admin = free_port(), free_port()
        h2c = port if self.one_port else free_port()
        if setup.tls:
            certify(folder)
        self.write(setup, folder, port, h2c, admin)
        process = Process(self.command(setup, folder), core, os.path.join(folder, "out.log"), folder)
        process.port, process.h2c, process.admin, process.jvm = port, h2c, admin, self.jvm
        process.tcp, process.forward, process.https, process.few = setup.tcp, setup.forward, setup.https, setup.few
        process.started_in = process.wait_for(port)
        return process


def certify(folder):
    """A certificate for bench.test with a key on P-256, as site.pem and site.key, and both in one file for HAProxy."""
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", "/CN=bench.test", "-addext", "subjectAltName=DNS:bench.test", "-keyout", "site.key", "-out", "site.pem"],
        cwd=folder, check=True, capture_output=True)
    with open(os.path.join(folder, "both.pem"), "w") as both:
        for name in ("site.pem", "site.key"):
            with open(os.path.join(folder, name)) as one:
                both.write(one.read())


def put(folder, name, text):
    with open(os.path.join(folder, name), "w") as file:
        file.write(text)


SECRET = "a-secret-of-the-benchmark-0123456789"
KEY = "key-of-the-benchmark-0123456789"
PASSWORD = "bench:$2y$10$uVNDwkRihbqPzWZ6rt.ieec2.F3DjbUb6sWooGEUPAAMH2PAsi.eq"


def token(secret, claims):
    """A JSON Web Token that is good for some hours."""
    def part(data):
        return base64.urlsafe_b64encode(data).rstrip(b"=")
    now = int(time.time())
    body = part(b'{"alg":"HS256","typ":"JWT"}') + b"." + part(
        json.dumps({**claims, "iat": now, "exp": now + 40_000}).encode())
    return (body + b"." + part(hmac.digest(secret.encode(), body, "sha256"))).decode()


# Every policy that there is, switched off, as it is by default, and each set to something else than its default.
BODIES = "limits: { body: 2GiB, bodyTime: 10m }, timeout: { total: 10m }"
POLICIES = {
    "off": "limits: null, retry: null, breaker: null, timeout: null",
    "default": BODIES,
    "on": "limits: { body: 8MiB, minRate: 1KiB }, retry: { attempts: 3, backoff: 20ms }, breaker: { errors: 40% }, "
          "timeout: { connect: 1s, firstByte: 10s, idle: 50s, total: 25s }",
}

# Each of those that are asked for, alone on top of the default; what a request does not need of them is cheap on purpose.
ALONE = {
    "request": "request: { rewrite: { prefix: / }, query: { set: { v: '1' } }, headers: { set: { X-From: '{client.ip}' }, remove: [Cookie] } }",
    "response": "response: { headers: { set: { X-Gate: '1' }, remove: [Server] }, cookies: { secure: true } }",
    "cors": "cors: { origins: ['https://app.example.com', 'https://*.example.com'] }",
    "rateLimit": "rateLimit: { rate: 1000000/s, by: ip }",
    "inFlight": "inFlight: { max: 100000, by: ip }",
    "compress": "compress: { min: 0B }",
    "mirror": "mirror: { to: origin }",
    "access": "access: { deny: { cidr: [203.0.113.0/24, 198.51.100.0/24] }, allow: [ { cidr: 127.0.0.0/8, method: GET } ] }",
    "when": "access: { allow: { when: \"request.path.startsWith('/small') && client.ip == '127.0.0.1'\" } }",
    "apiKey": "auth: { apiKey: {} }",
    "jwt": "auth: { jwt: { audience: api, keys: { secret: %s }, headers: { X-User: sub } } }" % SECRET,
    "basic": "auth: { basic: users }",
    "external": "auth: { external: { url: 'http://127.0.0.1:ORIGIN/small', request: false, cache: 60s } }",
    "cache": "cache: { ttl: 1h }",
    "cluster": "rateLimit: { rate: 1000000/s, by: ip, scope: cluster }",
}

# What the load brings along for those that ask who calls; a password of which only the gateway knows the hash.
CREDENTIALS = {
    "apiKey": f"X-Api-Key: {KEY}",
    "jwt": "Authorization: Bearer " + token(SECRET, {"sub": "bench", "aud": "api"}),
    "basic": "Authorization: Basic " + base64.b64encode(b"bench:bench").decode(),
    "external": "Authorization: Bearer something",
}
GUARDS = ("access", "when", "cache", "cluster", *CREDENTIALS)
POLICIES.update({name: f"{BODIES}, {text}" for name, text in ALONE.items()})
POLICIES["on"] += ", " + ", ".join(text for name, text in ALONE.items() if name != "mirror" and name not in GUARDS)


# What many routes have: fields set and removed both ways, a page of another origin, a rate, who may come.
POLICIES["five"] = f"{BODIES}, " + ", ".join(ALONE[name] for name in ("request", "response", "cors", "rateLimit", "access"))

# With "each", a route for every one of them, taken by the host that is asked for, and one with the defaults.
EACH = ("default", *ALONE)
CLUSTER = "cluster: {{ enabled: true, listen: '127.0.0.1:{}', secret: a-secret-of-the-benchmark }}"


def asked_host(label):
    """The host of a request for the route with the policy that the label ends with."""
    return f"{label.split()[-1].lower()}.bench.test"


FEW = 10  # routes of the second listener


def asked_route(count):
    """Path and host of a request for the last of many routes; with one route, what it takes."""
    return (f"/r{count - 2}/42/item", f"h{(count - 2) % 100}.bench.test") if count > 1 else ("/small", "bench.test")


STREAM_ROUTES = """  bytes: { match: { listener: tcp }, to: bytes }
  out: { match: { listener: forward, host: 127.0.0.1 }, to: forward }
"""
STREAM_VERTICLES = """, "ws": { "main": "WsProxyVerticle" }, "tcp": { "main": "TcpProxyVerticle" }"""


def gatehouse(transport):
    def write(setup, folder, port, h2c, admin):
        routes = "".join(
            f"  r{i}: {{ match: {{ host: h{i % 100}.bench.test, path: '/r{i}/{{id}}/**'"
            f"{', listener: web' if i >= FEW - 1 else ''} }}, to: origin }}\n"
            for i in range(setup.routes - 1))
        limits = "limits: { requests: 1000000000, perAddress: 0, connections: 11000, idle: 30m, age: 24h }"
        many = "limits: { perAddress: 0, connections: 11000 }"
        streams = f"""  tcp: {{ listen: "127.0.0.1:{setup.tcp}", protocols: [tcp], {many} }}
  forward:
    listen: "127.0.0.1:{setup.forward}"
    protocols: [forward]
    forward: {{ allow: [127.0.0.0/8], ports: [{setup.origin}] }}
    {many}
""" if setup.streams else ""
        https = f"""  https:
    listen: "127.0.0.1:{setup.https}"
    protocols: [http1]
    {limits}
    tls: {{ engine: {setup.tls}, certificates: [ {{ cert: site.pem, key: site.key }} ] }}
""" if setup.tls else ""
        few = f'  few: {{ listen: "127.0.0.1:{setup.few}", {limits} }}\n' if setup.routes > FEW else ""
        if setup.policies == "each":
            routes += "".join(f"  {name}: {{ match: {{ host: {asked_host(name)}, path: '/**' }}, to: origin, {POLICIES[name]} }}\n"
                              .replace("ORIGIN", str(setup.origin)) for name in EACH)
        put(folder, "gateway.yaml", f"""version: 1
node: {{ transport: {transport}, connections: 11000 }}
{'accessLog: access.log' if setup.log else ''}
admin: {{ listen: "127.0.0.1:{admin}" }}
listeners:
  web: {{ listen: "127.0.0.1:{port}", {'protocols: [http1, websocket], ' if setup.streams else ''}{limits} }}
  h2c: {{ listen: "127.0.0.1:{h2c}", {limits} }}
{few}{https}{streams}defaults: {{ {POLICIES["default" if setup.policies == "each" else setup.policies]} }}
{CLUSTER.format(free_port()) if setup.policies == "each" else ''}
consumers: {{ bench: {{ keys: {KEY} }} }}
services:
  origin: {{ targets: "http://127.0.0.1:{setup.origin}" }}
{f'  calls: {{ targets: "http://127.0.0.1:{setup.calls}", protocol: grpc }}' if setup.calls else ''}
{f'  bytes: {{ targets: "tcp://127.0.0.1:{setup.origin}" }}' if setup.streams else ''}
routes:
{'  calls: { match: { grpc: bench.Echo }, to: calls }' if setup.calls else ''}
  all: {{ match: {{ path: "/**" }}, to: origin{', cache: 1h' if setup.cache else ''} }}
{routes}{STREAM_ROUTES if setup.streams else ''}""")
        put(folder, "users", PASSWORD + "\n")
        put(folder, "verticles.json", """{ "verticles": { "http": { "main": "HttpProxyVerticle", "instances": "cores" },
  %s"admin": { "main": "AdminVerticle" }%s } }""" % (
            '"grpc": { "main": "GrpcProxyVerticle" }, ' if setup.calls else "", STREAM_VERTICLES if setup.streams else ""))

    def command(setup, folder):
        flags = [*os.environ.get("BENCH_JAVA_FLAGS", "").split(), *setup.flags]
        return [JAVA, *flags, "-jar", JAR, "run", "-c", "gateway.yaml", "-m", "verticles.json"]

    return write, command


def nginx(setup, folder, port, h2c, admin):
    store = "proxy_cache_path cache keys_zone=all:8m max_size=64m use_temp_path=off inactive=1h;" if setup.cache else ""
    cached = " proxy_cache all; proxy_cache_valid 200 1h; proxy_cache_lock on;" if setup.cache else ""
    routed = lambda count: "".join(f"    location /r{i}/ {{ proxy_pass http://origin; }}\n" for i in range(count - 1))
    locations = routed(setup.routes)
    calls = ""
    if setup.calls:
        calls = f"upstream calls {{ server 127.0.0.1:{setup.calls}; keepalive 256; keepalive_requests 1000000000; }}"
        locations += """    location /bench.Echo/ {
      grpc_pass grpc://calls; grpc_set_header X-Forwarded-For $remote_addr; grpc_set_header X-Forwarded-Proto $scheme;
      grpc_set_header X-Forwarded-Host $host; grpc_set_header X-Request-Id $request_id;
    }
"""
    module = "load_module /usr/lib/nginx/modules/ngx_stream_module.so;" if setup.streams else ""
    stream = f"""
stream {{
  log_format line '$remote_addr [$time_local] $status $bytes_sent $bytes_received $session_time';
  access_log {'stream.log line buffer=64k flush=1s' if setup.log else 'off'};
  server {{ listen 127.0.0.1:{setup.tcp} backlog=4096; proxy_pass 127.0.0.1:{setup.origin}; }}
}}
""" if setup.streams else ""
    https = f"""listen 127.0.0.1:{setup.https} ssl backlog=4096;
    ssl_certificate site.pem; ssl_certificate_key site.key; ssl_protocols TLSv1.2 TLSv1.3;""" if setup.tls else ""
    if setup.streams:
        locations += """    location = /ws {
      proxy_pass http://origin; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade;
      proxy_read_timeout 30m;
    }
"""
    on = """proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $host;
    proxy_set_header X-Forwarded-For $remote_addr; proxy_set_header X-Forwarded-Proto $scheme;
    proxy_set_header X-Forwarded-Host $host; proxy_set_header X-Request-Id $request_id;
    proxy_request_buffering off; proxy_buffering on; proxy_max_temp_file_size 0;"""
    few = f"""server {{
    listen 127.0.0.1:{setup.few} backlog=4096;
    {on}
    location / {{ proxy_pass http://origin; }}
{routed(FEW)}  }}""" if setup.routes > FEW else ""
    put(folder, "nginx.conf", f"""{module} worker_processes 1; daemon off; pid nginx.pid; error_log error.log;
worker_rlimit_nofile 30000; {'user root;' if os.getuid() == 0 else ''}
events {{ worker_connections 20000; }}
http {{
  access_log {'access.log combined buffer=64k flush=1s' if setup.log else 'off'};
  client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path f; uwsgi_temp_path u; scgi_temp_path s;
  keepalive_requests 1000000000; keepalive_timeout 30m; client_max_body_size 2g; http2_recv_timeout 30m;
  http2_idle_timeout 30m; http2_max_requests 1000000000;
  {store} {calls}
  upstream origin {{ server 127.0.0.1:{setup.origin}; keepalive 256; keepalive_requests 1000000000; }}
  server {{
    listen 127.0.0.1:{port} backlog=4096; listen 127.0.0.1:{h2c} http2 backlog=4096;
    {https}
    {on}
    location / {{ proxy_pass http://origin;{cached} }}
{locations}  }}
  {few}
}}
{stream}""")


def haproxy_connections():
    """It wants two files for each connection and refuses to start without them."""
    return min(10500, (resource.getrlimit(resource.RLIMIT_NOFILE)[0] - 500) // 2)


def haproxy(setup, folder, port, h2c, admin):
    calls = f"backend calls\n  server one 127.0.0.1:{setup.calls} proto h2\n" if setup.calls else ""
    streams = f"""frontend tcp
  mode tcp
  {'option tcplog' if setup.log else ''}
  bind 127.0.0.1:{setup.tcp} backlog 4096
  default_backend bytes
backend bytes
  mode tcp
  server one 127.0.0.1:{setup.origin}
""" if setup.streams else ""
    put(folder, "haproxy.cfg", f"""global
  nbthread 1
  maxconn {haproxy_connections()}
  {'log stdout format raw local0' if setup.log else ''}
defaults
  mode http
  {'log global' if setup.log else ''}
  {'option httplog' if setup.log else ''}
  option forwardfor
  timeout connect 2s
  timeout client 30m
  timeout server 30s
  timeout http-keep-alive 30m
  http-reuse always
frontend web
  bind 127.0.0.1:{port} backlog 4096
  bind 127.0.0.1:{h2c} proto h2 backlog 4096
  {f'bind 127.0.0.1:{setup.https} ssl crt both.pem ssl-min-ver TLSv1.2 backlog 4096' if setup.tls else ''}
  http-request set-header X-Forwarded-Proto http
  {'use_backend calls if { path_beg /bench.Echo/ }' if setup.calls else ''}
  default_backend origin
backend origin
  server one 127.0.0.1:{setup.origin}
{calls}{streams}""")


def caddy(setup, folder, port, h2c, admin):
    names = ", ".join(f"http://{host}:{at}" for host in ("127.0.0.1", "bench.test") for at in (port, h2c))
    put(folder, "Caddyfile", f"""{{
  admin off
  auto_https off
  storage file_system .
  log {{
    level WARN
  }}
  servers {{
    protocols h1 h2 h2c
    timeouts {{
      idle 30m
    }}
  }}
}}
{names} {{
  bind 127.0.0.1
  {'log { output file access.log }' if setup.log else ''}
  reverse_proxy 127.0.0.1:{setup.origin}
}}
""".replace("{ output file access.log }", "{\n    output file access.log\n    level INFO\n  }"))


def varnish(setup, folder, port, h2c, admin):
    put(folder, "all.vcl", f"""vcl 4.1;
backend default {{ .host = "127.0.0.1"; .port = "{setup.origin}"; }}
sub vcl_backend_response {{ set beresp.ttl = 1h; }}
""")
    put(folder, "port", str(port))


def varnish_command(setup, folder):
    with open(os.path.join(folder, "port")) as file:
        port = file.read()
    return ["varnishd", "-F", "-j", "none", "-n", os.path.join(folder, "work"), "-a", f"127.0.0.1:{port}", "-T", "none",
            "-f", os.path.join(folder, "all.vcl"), "-s", "malloc,64m", "-p", "thread_pools=1", "-p", "thread_pool_max=500"]


def spring(setup, folder, port, h2c, admin):
    """Both names of the property, for versions before and after 4.3."""
    route = f'[ {{ id: all, uri: "http://127.0.0.1:{setup.origin}", predicates: [ "Path=/**" ] }} ]'
    put(folder, "application.yaml", f"""server: {{ port: {port}, address: 127.0.0.1, http2: {{ enabled: true }} }}
spring.cloud.gateway.server.webflux.routes: {route}
spring.cloud.gateway.routes: {route}
""")


def spring_command(setup, folder):
    return [JAVA, f"-Dreactor.netty.http.server.accessLogEnabled={str(setup.log).lower()}", "-jar", SCG_JAR]


def known():
    """All targets by name."""
    found = [
        Target("gatehouse", *gatehouse("epoll"), jvm=True),
        Target("gatehouse-io_uring", *gatehouse("io_uring"), jvm=True),
        Target("gatehouse-nio", *gatehouse("nio"), jvm=True),
        Target("nginx", nginx, lambda *_: ["nginx", "-p", ".", "-c", "nginx.conf"], shutil.which("nginx")),
        Target("haproxy", haproxy, lambda *_: ["haproxy", "-f", "haproxy.cfg"], shutil.which("haproxy"),
               connections=haproxy_connections()),
        Target("varnish", varnish, varnish_command, shutil.which("varnishd"), connections=450),
        Target("caddy", caddy, lambda *_: [CADDY, "run", "--config", "Caddyfile", "--adapter", "caddyfile"], CADDY),
        Target("spring", spring, spring_command, os.path.isfile(SCG_JAR), jvm=True, one_port=True),
    ]
    return {target.name: target for target in found}
