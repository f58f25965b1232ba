# SPDX-License-Identifier: Apache-2.0
"""What the system tests share: a simulated exchange, a gateway, clients of both, and the schemas.

Everything is real: processes, TLS sockets, ZeroMQ. Nothing sleeps: whoever waits polls for an event until a
deadline. A test is a function named test_*; `main` runs those of a file and prints a line for each."""
import json
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import traceback
import urllib.request

import zmq

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.path.join(ROOT, "build", "release")
TICKGATE = os.environ.get("TICKGATE", os.path.join(BUILD, "tickgate"))
SIM = os.environ.get("TICKGATE_SIM", os.path.join(BUILD, "tests", "tickgate-sim"))
PROGRAMS = os.environ.get("TICKGATE_TESTS", os.path.join(BUILD, "tests"))
CAPTURES = os.environ.get("TICKGATE_CAPTURES", os.path.join(os.path.dirname(ROOT), "shared", "captures"))
SHORT = "--short" in sys.argv  # under a sanitizer: the same, with less of everything


class Skip(Exception):
    """The test cannot run here, and says why."""


def until(condition, seconds, what):
    """Polls until the condition gives something true; its value. Fails by name when the time is over."""
    deadline = time.monotonic() + seconds
    poller = zmq.Poller()  # an empty poll is the clock's tick
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"within {seconds} s: {what}")
        poller.poll(10)


class Process:
    def __init__(self, arguments, directory, name):
        self.log_path = os.path.join(directory, name + ".log")
        self.log = open(self.log_path, "wb")
        self.process = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=self.log)

    @property
    def pid(self):
        return self.process.pid

    def alive(self):
        return self.process.poll() is None

    def log_text(self):
        with open(self.log_path, encoding="utf-8", errors="replace") as file:
            return file.read()

    def stop(self, seconds=20):
        """SIGTERM; its status. A process that does not end is killed and is a failure."""
        if self.alive():
            self.process.send_signal(signal.SIGTERM)
        try:
            status = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError(f"{self.log_path}: did not end in {seconds} s:\n{self.log_text()[-2000:]}")
        finally:
            self.process.stdout.close()
            self.log.close()
        return status

    def cpu_seconds(self):
        with open(f"/proc/{self.pid}/stat", encoding="ascii") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def rss_kib(self):
        with open(f"/proc/{self.pid}/status", encoding="ascii") as file:
            return int(re.search(r"VmRSS:\s+(\d+)", file.read()).group(1))


class Simulator(Process):
    def __init__(self, directory, *options, plain=False, exchange="binance"):
        self.plain = plain
        self.exchange = exchange
        arguments = [SIM, "--port", "0", *map(str, options)]
        arguments += ["--exchange", exchange] if exchange != "binance" else []
        arguments += ["--plain"] if plain else ["--tls-dir", directory]
        super().__init__(arguments, directory, "sim-" + exchange)
        line = self.process.stdout.readline().decode()
        match = re.match(r"ready port=(\d+) .*control=(\d+)", line)
        assert match, f"the simulator said {line!r}: {self.log_text()}"
        self.port, self.control = map(int, match.groups())
        self.ca = os.path.join(directory, "ca.pem")

    @property
    def websocket(self):
        return f"{'ws' if self.plain else 'wss'}://127.0.0.1:{self.port}"

    @property
    def rest(self):
        return f"{'http' if self.plain else 'https'}://127.0.0.1:{self.port}"

    def get(self, path):
        context = None if self.plain else ssl.create_default_context(cafile=self.ca)
        control = f"{'http' if self.plain else 'https'}://127.0.0.1:{self.control}"  # open whatever the fault
        with urllib.request.urlopen(control + path, timeout=10, context=context) as reply:
            return json.loads(reply.read())

    def stats(self):
        return self.get("/sim/stats")

    def fault(self, kind, **arguments):
        query = "".join(f"&{key}={value}" for key, value in arguments.items())
        assert self.get(f"/sim/fault?kind={kind}{query}")["ok"]

    def assert_no_violations(self):
        violations = self.stats()["violations"]
        assert not any(violations.values()), violations


class Gateway(Process):
    """A gateway on ipc endpoints of its own, against one or more simulators."""

    def __init__(self, directory, sims, connections, exchange="", extra="", endpoints="ipc", rate=100000, feed=""):
        self.feed = f"ipc://{directory}/feed"
        self.requests = f"ipc://{directory}/requests"
        if endpoints == "tcp":
            self.feed, self.requests = (f"tcp://127.0.0.1:{free_port()}" for _ in range(2))
        self.config = os.path.join(directory, "tickgate.yaml")
        with open(self.config, "w", encoding="utf-8") as file:
            file.write(
                f"state_dir: {directory}/state\n"
                f'feed: {{endpoints: ["{self.feed}"]{feed}}}\n'
                f'requests: {{endpoints: ["{self.requests}"], rate: {rate}, burst: {2 * rate}}}\n'
                "exchanges:\n"
            )
            for sim in sims if isinstance(sims, (list, tuple)) else [sims]:
                ca = "" if sim.plain else f', ca_file: "{sim.ca}"'
                file.write(f'  {sim.exchange}: {{websocket: "{sim.websocket}", rest: "{sim.rest}"{ca}{exchange}}}\n')
            file.write(extra)
            if connections:
                file.write("connections:\n" + "".join(f"  - {line}\n" for line in connections))
        super().__init__([TICKGATE, "run", "-c", self.config], directory, "gateway")
        self.client = Client(self.requests)
        until(lambda: not self.alive() or self.ask("ping", wait_ms=200), 20, "the gateway answers")
        assert self.alive(), self.log_text()

    def ask(self, op, wait_ms=3000, **arguments):
        return self.client.ask({"op": op, **arguments}, wait_ms)

    def result(self, op, **arguments):
        reply = self.ask(op, **arguments)
        assert reply and reply["ok"], (op, reply, arguments)
        return reply["result"]

    def stop(self, seconds=20):
        self.client.close()
        status = super().stop(seconds)
        text = self.log_text()
        assert status == 0, f"the gateway ended with {status}:\n{text[-4000:]}"
        assert "dangling" not in text and "ERROR: " not in text, text[-4000:]
        return status


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


CONTEXT = zmq.Context.instance()


class Client:
    """A DEALER for requests; replies are matched by id."""

    def __init__(self, endpoint):
        self.socket = CONTEXT.socket(zmq.DEALER)
        self.socket.linger = 0
        self.socket.connect(endpoint)
        self.next_id = 0

    def ask(self, request, wait_ms=3000):
        self.next_id += 1
        request = {"id": self.next_id, **request}
        self.socket.send(json.dumps(request).encode())
        deadline = time.monotonic() + wait_ms / 1000
        while self.socket.poll(max(0, (deadline - time.monotonic()) * 1000)):
            reply = json.loads(self.socket.recv_multipart()[-1])
            if reply.get("id") == request["id"]:
                SCHEMAS.check(reply, "reply")
                return reply
        return None

    def close(self):
        self.socket.close()


class Subscriber:
    """A plain SUB. `read` gives (topic, event) pairs, each validated against its schema."""

    def __init__(self, endpoint, *prefixes):
        self.socket = CONTEXT.socket(zmq.SUB)
        self.socket.linger = 0
        self.socket.sndhwm = 0
        self.socket.rcvhwm = 200000
        self.socket.connect(endpoint)
        for prefix in prefixes:
            self.socket.subscribe(prefix)

    def read(self, wait_ms=0):
        if not self.socket.poll(wait_ms):
            return None
        topic, body = self.socket.recv_multipart()
        event = json.loads(body)
        SCHEMAS.check(event)
        return topic.decode(), event

    def wait_for(self, condition, seconds, what):
        """The first (topic, event) that the condition takes."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            got = self.read(100)
            if got and condition(*got):
                return got
        raise AssertionError(f"within {seconds} s on the feed: {what}")

    def close(self):
        self.socket.close()


class Schemas:
    """docs/schema: every message of every system test is held against it. Whole validation of the first of each
    shape (its keys and their types) and of every 500th after; a message of an unseen shape is always validated."""

    def __init__(self):
        self.validators = {}
        self.seen = {}

    def validator(self, name):
        if name not in self.validators:
            import jsonschema
            path = os.path.join(ROOT, "docs", "schema", name + ".json")
            with open(path, encoding="utf-8") as file:
                schema = json.load(file)
            resolver = jsonschema.RefResolver("file://" + path, schema)
            self.validators[name] = jsonschema.Draft202012Validator(schema, resolver=resolver)
        return self.validators[name]

    def check(self, message, name=None):
        name = name or message["kind"]
        shape = (name, tuple((key, type(value), value if key in ("state", "update", "proof") else None)
                             for key, value in message.items()))
        count = self.seen[shape] = self.seen.get(shape, 0) + 1
        if count <= 5 or count % 500 == 0:
            self.validator(name).validate(message)


SCHEMAS = Schemas()


def symbols(count):
    """The simulator's instruments, by our names."""
    return [("BTC-USDT", "ETH-USDT")[i] if i < 2 else f"S{i + 1:04d}-USDT" for i in range(count)]


def connection(name, kind, names, interval=None, exchange="binance"):
    extra = f", interval: {interval}" if interval else ""
    return f"{{name: {name}, exchange: {exchange}, type: {kind}, symbols: [{', '.join(names)}]{extra}}}"


class Stack:
    """A simulator and a gateway in a directory of their own; leaving it stops both and checks how they ended."""

    def __init__(self, sim_options=(), connections=(), exchange="", extra="", plain=False, violations=True,
                 endpoints="ipc", rate=100000, venue="binance"):
        self.sim_options, self.plain, self.violations, self.venue = sim_options, plain, violations, venue
        self.gateway_options = (connections, exchange, extra, endpoints, rate)

    def __enter__(self):
        self.directory = tempfile.mkdtemp(prefix="tickgate-test.")
        self.sim = Simulator(self.directory, *self.sim_options, plain=self.plain, exchange=self.venue)
        try:
            self.gateway = self.start_gateway()
        except BaseException:
            self.sim.process.kill()
            raise
        return self

    def start_gateway(self):
        return Gateway(self.directory, self.sim, *self.gateway_options)

    def __exit__(self, kind, value, trace):
        try:
            if self.violations and kind is None:
                self.sim.assert_no_violations()
        finally:
            try:
                self.gateway.stop(60)
            finally:
                self.sim.stop()
        if kind is not None:
            print(self.gateway.log_text()[-3000:])
        return False


def main(namespace):
    failed = False
    chosen = [word for word in sys.argv[1:] if not word.startswith("--")]
    for name, test in list(namespace.items()):
        if not name.startswith("test_") or (chosen and name not in chosen):
            continue
        title = name[5:].replace("_", " ")
        started = time.monotonic()
        try:
            test()
            print(f"ok {title} ({time.monotonic() - started:.1f} s)", flush=True)
        except Skip as why:
            print(f"skipped {title}: {why}", flush=True)
        except BaseException:
            failed = True
            traceback.print_exc(file=sys.stdout)
            print(f"not ok {title}", flush=True)
    sys.exit(1 if failed else 0)
