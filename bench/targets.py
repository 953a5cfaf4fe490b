"""The proxies that are compared, each configured to do the same: one route to one service, access log on."""

import os
import shutil

from proc import Process, free_port

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
JAVA = os.path.join(os.environ["JAVA_HOME"], "bin", "java") if os.environ.get("JAVA_HOME") else "java"


class Setup:
    """What a row wants of every proxy."""

    def __init__(self, origin, folder, routes=1, policies="default", log=True):
        self.origin = origin
        self.folder = folder
        self.routes = routes
        self.policies = policies
        self.log = log


class Target:
    """A proxy: how it is configured and started."""

    def __init__(self, name, write, command, present=True, only=None):
        self.name = name
        self.write = write
        self.command = command
        self.present = present
        self.only = only

    def serves(self, row):
        return self.present and (self.only is None or row in self.only)

    def start(self, setup, core=0):
        folder = os.path.join(setup.folder, self.name)
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)
        port, h2c = free_port(), free_port()
        self.write(setup, folder, port, h2c)
        process = Process(self.command(folder), core, os.path.join(folder, "out.log"), folder)
        process.port, process.h2c = port, h2c
        process.started_in = process.wait_for(port)
        return process


def put(folder, name, text):
    with open(os.path.join(folder, name), "w") as file:
        file.write(text)


GATEHOUSE_POLICIES = {
    "none": "defaults: { limits: null, retry: null, breaker: null, timeout: null }",
    "default": "",
    "five": """defaults:
  limits:  { body: 8MiB }
  retry:   { attempts: 2, backoff: 20ms }
  breaker: { errors: 40% }
  timeout: { connect: 1s, firstByte: 10s, idle: 50s, total: 25s }""",
}


def gatehouse(transport):
    def write(setup, folder, port, h2c):
        routes = "".join(
            f"  r{i}: {{ match: {{ host: h{i % 100}.bench.test, path: /r{i}/{{id}}/** }}, to: origin }}\n"
            for i in range(setup.routes - 1))
        log = "accessLog: access.log" if setup.log else ""
        put(folder, "gateway.yaml", f"""version: 1
node: {{ transport: {transport} }}
{log}
admin: {{ listen: "127.0.0.1:{free_port()}" }}
listeners:
  web: {{ listen: "127.0.0.1:{port}", limits: {{ requests: 1000000000, perAddress: 0, connections: 20000 }} }}
  h2c: {{ listen: "127.0.0.1:{h2c}", limits: {{ requests: 1000000000, perAddress: 0 }} }}
{GATEHOUSE_POLICIES[setup.policies]}
services:
  origin: {{ targets: "http://127.0.0.1:{setup.origin}", pool: {{ max: 256, pending: 1024 }} }}
routes:
  all: {{ match: {{ path: "/**" }}, to: origin, limits: {{ body: 2GiB }}, timeout: {{ total: 10m }} }}
{routes}""")
        put(folder, "verticles.json", """{ "verticles": { "http": { "main": "HttpProxyVerticle", "instances": "cores" },
  "admin": { "main": "AdminVerticle" } } }""")

    def command(folder):
        flags = os.environ.get("BENCH_JAVA_FLAGS", "").split()
        jar = os.environ.get("BENCH_JAR", os.path.join(ROOT, "target", "gatehouse.jar"))
        return [JAVA, *flags, "-jar", jar, "run", "-c", "gateway.yaml", "-m", "verticles.json"]

    return write, command


def nginx(setup, folder, port, h2c):
    locations = "".join(f"    location /r{i}/ {{ proxy_pass http://origin; }}\n" for i in range(setup.routes - 1))
    put(folder, "nginx.conf", f"""worker_processes 1; daemon off; pid nginx.pid; error_log error.log;
events {{ worker_connections 20000; }}
http {{
  access_log {'access.log combined buffer=64k flush=1s' if setup.log else 'off'};
  client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path f; uwsgi_temp_path u; scgi_temp_path s;
  keepalive_requests 1000000000; keepalive_timeout 75s; client_max_body_size 2g;
  upstream origin {{ server 127.0.0.1:{setup.origin}; keepalive 256; keepalive_requests 1000000000; }}
  server {{
    listen 127.0.0.1:{port} backlog=4096; listen 127.0.0.1:{h2c} http2;
    proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $host;
    proxy_set_header X-Forwarded-For $remote_addr; proxy_set_header X-Forwarded-Proto $scheme;
    proxy_request_buffering off; proxy_buffering on; proxy_max_temp_file_size 0;
    location / {{ proxy_pass http://origin; }}
{locations}  }}
}}
""")


def haproxy(setup, folder, port, h2c):
    put(folder, "haproxy.cfg", f"""global
  nbthread 1
  maxconn 9500
  {'log stdout format raw local0' if setup.log else ''}
defaults
  mode http
  {'log global' if setup.log else ''}
  {'option httplog' if setup.log else ''}
  option forwardfor
  timeout connect 2s
  timeout client 60s
  timeout server 30s
  http-reuse always
frontend web
  bind 127.0.0.1:{port}
  bind 127.0.0.1:{h2c} proto h2
  default_backend origin
backend origin
  server one 127.0.0.1:{setup.origin}
""")


def caddy(setup, folder, port, h2c):
    log = "log { output file access.log }" if setup.log else ""
    put(folder, "Caddyfile", f"""{{
  admin off
  auto_https off
  servers {{ protocols h1 h2 h2c }}
}}
http://127.0.0.1:{port}, http://127.0.0.1:{h2c}, http://bench.test:{port}, http://bench.test:{h2c} {{
  {log}
  reverse_proxy 127.0.0.1:{setup.origin}
}}
""")


def spring(setup, folder, port, h2c):
    put(folder, "application.yaml", f"""server: {{ port: {port}, address: 127.0.0.1 }}
spring.cloud.gateway.server.webflux.routes: [ {{ id: all, uri: "http://127.0.0.1:{setup.origin}", predicates: [ "Path=/**" ] }} ]
spring.cloud.gateway.routes: [ {{ id: all, uri: "http://127.0.0.1:{setup.origin}", predicates: [ "Path=/**" ] }} ]
""")


def known():
    spring_jar = os.environ.get("BENCH_SPRING_JAR", "")
    return [
        Target("gatehouse", *gatehouse("epoll")),
        Target("gatehouse-io_uring", *gatehouse("io_uring"), only={"small", "16KiB", "h2c"}),
        Target("gatehouse-nio", *gatehouse("nio"), only={"small"}),
        Target("nginx", nginx, lambda folder: ["nginx", "-p", folder, "-c", "nginx.conf"], bool(shutil.which("nginx"))),
        Target("haproxy", haproxy, lambda folder: ["haproxy", "-f", "haproxy.cfg"], bool(shutil.which("haproxy"))),
        Target("caddy", caddy, lambda folder: ["caddy", "run", "--config", "Caddyfile"], bool(shutil.which("caddy"))),
        Target("spring", spring, lambda folder: [JAVA, "-jar", spring_jar], os.path.exists(spring_jar)),
    ]
