# SPDX-License-Identifier: Apache-2.0
"""Accounts for the system tests: simulated exchanges that know keys, a gateway behind CURVE, and clients of it."""
import glob
import json
import os
import secrets
import subprocess
import tempfile
import time

import zmq
import zmq.auth
from harness import CONTEXT, SCHEMAS, TICKGATE, Gateway, Simulator, free_port, until

# The word of the simulator for how an order stands -> ours, where the exchange says it so.
FINAL = {"new": {"new"}, "partially_filled": {"partially_filled"}, "waiting": {"suspended"}, "triggered": {"triggered", "new"},
         "filled": {"filled"}, "canceled": {"canceled"}, "rejected": {"rejected"}, "expired": {"expired"}}


class Keys:
    """A directory of certificates, made by `tickgate keys`."""

    def __init__(self, directory):
        self.directory = os.path.join(directory, "keys")
        self.secrets = os.path.join(directory, "clients")
        os.makedirs(self.secrets, exist_ok=True)

    def run(self, *arguments):
        done = subprocess.run([TICKGATE, "keys", *arguments, "--directory", self.directory], capture_output=True, text=True,
                              timeout=20, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def new(self, name, roles="read", accounts=""):
        path = os.path.join(self.secrets, name + ".key_secret")
        self.run("new", name, "--roles", roles, *(["--accounts", accounts] if accounts else []), "--out", path)
        return zmq.auth.load_certificate(path)

    def revoke(self, name):
        self.run("revoke", name)

    def server(self):
        return zmq.auth.load_certificate(os.path.join(self.directory, "server.key"))[0]


def secure(socket, server, pair):
    """A CURVE client with this pair; a made-up one if there is none."""
    public, secret = pair or zmq.curve_keypair()
    socket.curve_serverkey, socket.curve_publickey, socket.curve_secretkey = server, public, secret
    socket.linger = 0
    return socket


class AccountClient:
    """A DEALER on accounts-requests."""

    def __init__(self, endpoint, server, pair, curve=True):
        self.socket = CONTEXT.socket(zmq.DEALER)
        self.socket.linger = 0
        if curve:
            secure(self.socket, server, pair)
        self.socket.connect(endpoint)
        self.next_id = 0

    def ask(self, op, wait_ms=5000, **arguments):
        self.next_id += 1
        deadline = time.monotonic() + wait_ms / 1000
        if not self.socket.poll(wait_ms, zmq.POLLOUT):
            return None  # it was not let in
        try:
            self.socket.send(json.dumps({"id": self.next_id, "op": op, **arguments}).encode(), zmq.DONTWAIT)
        except zmq.Again:
            return None  # it was sent away just now
        while self.socket.poll(max(0, (deadline - time.monotonic()) * 1000)):
            reply = json.loads(self.socket.recv_multipart()[-1])
            if reply.get("id") == self.next_id:
                SCHEMAS.check(reply, "reply")
                return reply
        return None

    def result(self, op, **arguments):
        reply = self.ask(op, **arguments)
        assert reply and reply["ok"], (op, arguments, reply)
        return reply["result"]

    def close(self):
        self.socket.close()


class AccountSubscriber:
    """A SUB on an account's endpoint; `read` gives (topic, event)."""

    def __init__(self, endpoint, server, pair, *prefixes, curve=True):
        self.socket = CONTEXT.socket(zmq.SUB)
        self.socket.linger, self.socket.sndhwm, self.socket.rcvhwm = 0, 0, 200000
        self.socket.reconnect_ivl = 50
        if curve:
            secure(self.socket, server, pair)
        for prefix in prefixes or ("",):
            self.socket.subscribe(prefix)
        self.socket.connect(endpoint)

    def read(self, wait_ms=0):
        if not self.socket.poll(wait_ms):
            return None
        topic, body = self.socket.recv_multipart()
        event = json.loads(body)
        if not topic.startswith(b"sync."):
            SCHEMAS.check(event)
        return topic.decode(), event

    def close(self):
        self.socket.close()


class Follower:
    """A client that misses nothing: it follows the endpoint, and whatever journal_seq it has not seen it reads from the
    journal. What it has learnt: `events` by journal_seq."""

    def __init__(self, stack, account, pair=None):
        self.stack, self.account, self.pair = stack, account, pair or stack.pair
        self.events = {}
        self.last = 0
        self.connect()

    def connect(self):
        row = self.stack.accounts[self.account]
        self.feed = AccountSubscriber(row["endpoint"], self.stack.server, self.pair)
        self.client = AccountClient(self.stack.accounts_requests, self.stack.server, self.pair)

    def take(self, event):
        seq = event.get("journal_seq")
        if seq is None:
            return
        assert self.events.setdefault(seq, event) == event, f"journal_seq {seq} is told twice, and differs"
        while self.last + 1 in self.events:
            self.last += 1

    def read(self, wait_ms=0):
        got = self.feed.read(wait_ms)
        if got:
            self.take(got[1])
        return got

    def catch_up(self):
        """Reads the journal from the last event that it knows without a hole before it; True when it has all."""
        reply = self.client.ask("journal.read", account=self.account, after=self.last, limit=500)
        if not reply or not reply["ok"]:
            return False
        for event in reply["result"]["events"]:
            self.take(event)
        return self.last >= reply["result"]["last"]

    def close(self):
        self.feed.close()
        self.client.close()


def learnt(events):
    """What a sequence of events says of an account: the last state of each order, its fills in order, balances, positions."""
    orders, fills, balances, positions = {}, [], {}, {}
    for event in events:
        if event["kind"] == "order":
            orders[event["order_id"]] = event
        elif event["kind"] == "fill":
            fills.append(event)
        elif event["kind"] == "balance":
            balances[event["asset"]] = event
        elif event["kind"] == "position":
            positions[(event["exchange_symbol"], event.get("position_side"))] = event
    return orders, fills, balances, positions


class AccountStack:
    """Simulators of some exchanges, each with an account named after it, and a gateway that holds all of them. `prefix`:
    of the names; `feed`, `keys`: more keys of feed and accounts; `rate`: requests a second of one client."""

    def __init__(self, exchanges, sim_options=(), sync="always", connector="", extra="", security="", journal="", secret="",
                 prefix="", feed="", keys="", rate=100000, each=1):
        self.each = each  # accounts of an exchange: "binance", "binance-2"
        self.exchanges, self.sim_options, self.secret = exchanges, sim_options, secret  # made up, or this one
        self.sync, self.connector, self.extra, self.security, self.journal_keys = sync, connector, extra, security, journal
        self.prefix, self.feed_keys, self.account_keys, self.rate = prefix, feed, keys, rate
        self.accounts = {}

    def __enter__(self):
        self.directory = tempfile.mkdtemp(prefix="tickgate-test.")
        self.keys = Keys(self.directory)
        self.pair = self.keys.new("tester", "read,control", "*")
        self.server = self.keys.server()
        self.accounts_requests = f"tcp://127.0.0.1:{free_port()}"
        self.sims, self.canaries = {}, []
        for exchange in self.exchanges:
            options = []
            for number in range(self.each):
                name = self.prefix + exchange + (f"-{number + 1}" if number > 0 else "")
                options += ["--account", self.new_account(name)]
                self.accounts[name] = {"exchange": exchange, "endpoint": f"tcp://127.0.0.1:{free_port()}"}
            folder = os.path.join(self.directory, "sim-" + exchange)
            os.makedirs(folder, exist_ok=True)
            self.sims[exchange] = Simulator(folder, *options, *self.sim_options, exchange=exchange)
        self.gateway = None
        try:
            self.start_gateway()
        except BaseException:
            self.stop_sims()
            raise
        return self

    def new_account(self, name):
        """Its keys, in files; what the simulator is told of them."""
        key, secret = "KEY" + secrets.token_hex(16), self.secret or "SECRET" + secrets.token_hex(24)
        self.canaries += [key, secret]
        for kind, text in (("key", key), ("secret", secret)):
            path = os.path.join(self.directory, f"{name}.{kind}")
            with open(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600), "w", encoding="ascii") as file:
                file.write(text + "\n")
        return f"{name}:{key}:{self.directory}/{name}.secret"

    def text(self):
        rows = ""
        for name, row in self.accounts.items():
            sim = self.sims[row["exchange"]]
            rows += (f'    - {{name: {name}, exchange: {row["exchange"]}, key_file: "{self.directory}/{name}.key", '
                     f'secret_file: "{self.directory}/{name}.secret", endpoint: "{row["endpoint"]}", '
                     f'websocket: "{sim.websocket}", rest: "{sim.rest}", ca_file: "{sim.ca}"{self.connector}}}\n')
        return (f'security: {{directory: "{self.keys.directory}"{self.security}}}\n'
                f'accounts:\n  requests: {{endpoints: ["{self.accounts_requests}"], rate: {self.rate}, burst: {2 * self.rate}}}\n'
                f'  journal: {{directory: "{self.directory}/journal", sync: {self.sync}{self.journal_keys}}}\n'
                f'{self.account_keys}  list:\n{rows}{self.extra}')

    def start_gateway(self):
        self.gateway = Gateway(self.directory, list(self.sims.values()), [], extra=self.text(), rate=self.rate,
                               feed=self.feed_keys)

    def kill_gateway(self):
        self.gateway.process.kill()
        self.gateway.process.wait()
        self.gateway.process.stdout.close()
        self.gateway.log.close()
        self.gateway.client.close()

    def journal(self, name):
        """The bodies of an account's journal, as they stand in its files."""
        for path in sorted(glob.glob(f"{self.directory}/journal/{name}/*.journal")):
            with open(path, encoding="utf-8") as file:
                for line in file:
                    yield json.loads(line[9:])

    def wait_ready(self, seconds=30, client=None):
        asker = client or AccountClient(self.accounts_requests, self.server, self.pair)
        try:
            rows = []

            def ready():
                reply = asker.ask("account.list", wait_ms=1000)
                rows[:] = reply["result"]["accounts"] if reply and reply["ok"] else []
                return rows and all(row["status"] == "ready" for row in rows)
            try:
                until(ready, seconds, "all accounts are ready")
            except AssertionError as why:
                raise AssertionError(f"{why}: {[row for row in rows if row['status'] != 'ready']}") from None
        finally:
            if client is None:
                asker.close()

    def truth(self, name):
        for account in self.sims[self.accounts[name]["exchange"]].get("/sim/accounts")["accounts"]:
            if account["name"] == name:
                return account
        raise AssertionError(name)

    def stop_sims(self):
        for sim in self.sims.values():
            sim.process.kill()

    def __exit__(self, kind, value, trace):
        try:
            if kind is None:
                for sim in self.sims.values():
                    sim.assert_no_violations()
        finally:
            try:
                if self.gateway.alive():
                    self.gateway.stop(60)
            finally:
                self.stop_sims()
        if kind is not None:
            print(self.gateway.log_text()[-3000:])
        return False
