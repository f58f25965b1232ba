# SPDX-License-Identifier: Apache-2.0
"""Clients that mean harm: what they cost in memory, and what the others notice of them. Bounds are those of
docs/OPERATIONS.md; the figures are printed."""
import json
import os
import socket
import sys
import time

import zmq

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import CONTEXT, Client, SHORT, Subscriber, connection, free_port, main, until
from vault import AccountClient, AccountStack, AccountSubscriber, secure

SLACK = 10 if SHORT else 1  # a sanitizer is slow, and its memory is not ours
MIB = 1024


class Probe:
    """What well-behaved clients see: an account's events, public trades and pings, and how late each is."""

    def __init__(self, stack):
        self.stack = stack
        name = next(iter(stack.accounts))
        self.account = AccountSubscriber(stack.accounts[name]["endpoint"], stack.server, stack.pair)
        self.feed = Subscriber(stack.gateway.feed, "trade.")
        self.client = Client(stack.gateway.requests)
        self.private = AccountClient(stack.accounts_requests, stack.server, stack.pair)
        until(lambda: self.account.read(50), 20, "the account's events come")
        until(lambda: self.feed.read(50), 20, "trades come")

    def look(self, seconds, while_doing=lambda: None):
        """p99 of the delays in ms: account events, trades, pings, private pings."""
        late = {"account": [], "trade": [], "ping": [], "private ping": []}
        for source in (self.account, self.feed):  # what waits from before is not of this time
            while source.read(0):
                pass
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            while_doing()
            for name, source in (("account", self.account), ("trade", self.feed)):
                for _ in range(50):
                    got = source.read(0)
                    if not got:
                        break
                    late[name].append(time.time() * 1000 - got[1]["ts_received"] / 1000)
            for name, asker in (("ping", lambda: self.client.ask({"op": "ping"})), ("private ping", lambda: self.private.ask("ping"))):
                began = time.monotonic()
                assert asker() is not None, f"{name} is not answered"
                late[name].append((time.monotonic() - began) * 1000)
        return {name: (sorted(values)[int(len(values) * 0.99)] if values else None) for name, values in late.items()}

    def close(self):
        for one in (self.account, self.feed, self.client, self.private):
            one.close()


def show(values):
    return ", ".join(f"{name} {'-' if value is None else f'{value:.1f}'} ms" for name, value in values.items())


def attacked(name, attack, memory_max_mib, seconds=3, late_max_ms=200):
    """Runs an attack beside well-behaved clients; `attack(stack)` is a generator: each step of it is a step of harm."""
    with AccountStack(["binance"], ["--symbols", 4, "--rate", 200, "--depth", 50, "--order-rate", 20, "--orders", 100000],
                      extra="connections:\n  - " + connection("trades", "trade_feed", ["BTC-USDT", "ETH-USDT"]) + "\n") as stack:
        stack.wait_ready()
        probe = Probe(stack)
        quiet = probe.look(seconds)
        before = stack.gateway.rss_kib()
        harm = attack(stack)
        during = probe.look(seconds, lambda: next(harm, None))
        after = stack.gateway.rss_kib()
        print(f"  {name}: {(after - before) / MIB:.1f} MiB more; p99 before: {show(quiet)}; during: {show(during)}")
        assert stack.gateway.alive()
        if not SHORT:
            assert after - before < memory_max_mib * MIB, f"{(after - before) / MIB:.1f} MiB more"
        for what, value in during.items():
            assert value is None or value < late_max_ms * SLACK, f"{what}: {value:.1f} ms late"
        harm.close()
        probe.close()


def test_a_subscription_bomb():
    def attack(stack):
        bomber = CONTEXT.socket(zmq.SUB)
        bomber.linger, bomber.sndhwm = 0, 0
        bomber.connect(stack.gateway.feed)
        for number in range(20000 if SHORT else 200000):
            bomber.subscribe(f"bomb.{number:027d}")
            if number % 500 == 0:
                yield
        bomber.close()
    attacked("200 000 prefixes", attack, 128, seconds=5)


def test_a_request_flood():
    def attack(stack):
        flooder = CONTEXT.socket(zmq.DEALER)
        flooder.linger = 0
        flooder.connect(stack.gateway.requests)
        private = secure(CONTEXT.socket(zmq.DEALER), stack.server, stack.pair)
        private.connect(stack.accounts_requests)
        body = json.dumps({"id": 1, "op": "stats.get"}).encode()
        while True:
            for target in (flooder, private):
                try:
                    for _ in range(200):
                        target.send(body, zmq.DONTWAIT)
                except zmq.Again:
                    pass
            yield
    attacked("requests that are not read", attack, 64)


def test_giant_frames():
    def attack(stack):
        giant = b"{" + b"x" * (10 << 20)
        while True:
            for endpoint, curve in ((stack.gateway.requests, False), (stack.gateway.feed, False), (stack.accounts_requests, True)):
                peer = CONTEXT.socket(zmq.DEALER if endpoint != stack.gateway.feed else zmq.SUB)
                peer.linger = 0
                if curve:
                    secure(peer, stack.server, stack.pair)
                peer.connect(endpoint)
                if endpoint == stack.gateway.feed:
                    peer.subscribe(giant)
                else:
                    peer.send(giant)
                yield
                peer.close()
    attacked("frames of 10 MiB", attack, 48)


def test_half_handshakes():
    def attack(stack):
        open_sockets = []
        endpoints = [stack.accounts_requests, *(row["endpoint"] for row in stack.accounts.values())]
        greetings = [b"", b"\xff", b"\xff\0\0\0\0\0\0\0\1\x7f\3", b"\xff\0\0\0\0\0\0\0\1\x7f\3\0CURVE" + b"\0" * 15,
                     b"GET / HTTP/1.1\r\n\r\n", b"\x16\x03\x01\x02\x00\x01"]
        for number in range(100 if SHORT else 400):
            host, port = endpoints[number % len(endpoints)][6:].split(":")
            peer = socket.create_connection((host, int(port)), timeout=2)
            peer.sendall(greetings[number % len(greetings)])
            open_sockets.append(peer)
            yield
        while True:
            yield
    attacked("400 half handshakes", attack, 32)


def test_sixty_four_frozen_readers():
    def attack(stack):
        frozen = []
        for number in range(64):
            if number % 2:
                peer = secure(CONTEXT.socket(zmq.SUB), stack.server, stack.pair)
                endpoint = next(iter(stack.accounts.values()))["endpoint"]
            else:
                peer, endpoint = CONTEXT.socket(zmq.SUB), stack.gateway.feed
            peer.linger, peer.rcvhwm, peer.rcvbuf = 0, 1, 4096
            peer.subscribe(b"")
            peer.connect(endpoint)
            frozen.append(peer)
            yield
        while True:
            yield
    attacked("64 frozen readers", attack, 64, seconds=5)


if __name__ == "__main__":
    main(globals())
