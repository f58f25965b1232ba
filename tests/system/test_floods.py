# SPDX-License-Identifier: Apache-2.0
"""Clients that mean harm: what they cost in memory, and what the others notice of them. Bounds are those of
docs/OPERATIONS.md ("What a bad client costs"); the figures are printed."""
import json
import os
import socket
import sys
import time

import zmq

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import CONTEXT, Client, SHORT, Subscriber, connection, main, until
from vault import AccountClient, AccountStack, AccountSubscriber, secure

MIDDLE_MAX_MS, LATE_MAX_MS = (3000, 10000) if SHORT else (50, 1000)  # a sanitizer is slow, and its memory is not ours
KIB_PER_MIB = 1024
GIANT = 10 << 20


class Probe:
    """What well-behaved clients see: an account's events, public trades and pings, how late each is, and what is missing."""

    def __init__(self, stack):
        self.account = AccountSubscriber(next(iter(stack.accounts.values()))["endpoint"], stack.server, stack.pair)
        self.feed = Subscriber(stack.gateway.feed, "trade.")
        self.public = Client(stack.gateway.requests)
        self.private = AccountClient(stack.accounts_requests, stack.server, stack.pair)
        self.last, self.holes = {}, 0
        until(lambda: self.account.read(50), 20, "the account's events come")
        until(lambda: self.feed.read(50), 20, "trades come")
        self.take([], self.account)  # what waits from before is not of the time that is looked at
        self.take([], self.feed)

    def take(self, late, source):
        for _ in range(200):
            got = source.read(0)
            if not got:
                return
            late.append(time.time() * 1000 - got[1]["ts_received"] / 1000)
            seq = got[1]["seq"]
            self.holes += max(0, seq - self.last.get(got[0], seq - 1) - 1)
            self.last[got[0]] = seq

    def look(self, seconds, do=lambda: None):
        """The delays in ms: the median and p99 of each."""
        late = {"account": [], "trade": [], "ping": [], "private ping": []}
        asks = {"ping": lambda: self.public.ask({"op": "ping"}), "private ping": lambda: self.private.ask("ping")}
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            do()
            self.take(late["account"], self.account)
            self.take(late["trade"], self.feed)
            for name, ask in asks.items():
                began = time.monotonic()
                assert ask() is not None, f"{name} is not answered"
                late[name].append((time.monotonic() - began) * 1000)
        return {name: (sorted(values)[len(values) // 2], sorted(values)[int(len(values) * 0.99)])
                for name, values in late.items() if values}

    def close(self):
        for one in (self.account, self.feed, self.public, self.private):
            one.close()


def show(values):
    return ", ".join(f"{name} {middle:.1f} {late:.1f}" for name, (middle, late) in values.items())


def attacked(name, attack, memory_max_mib, seconds=3, lossless=True, trades=200, orders=20, **keys):
    """Runs an attack beside well-behaved clients; `attack(stack)` is a generator: each step of it is a step of harm."""
    options = ["--symbols", 4, "--rate", trades, "--depth", 50, "--order-rate", orders, "--orders", 100000]
    extra = "connections:\n  - " + connection("trades", "trade_feed", ["BTC-USDT", "ETH-USDT"]) + "\n"
    with AccountStack(["binance"], options, sync="never", extra=extra, **keys) as stack:
        stack.wait_ready()
        stack.other = stack.keys.new("other", "read", "*")
        until(lambda: AccountClient(stack.accounts_requests, stack.server, stack.other).ask("ping", wait_ms=300), 10, "a key more")
        probe = Probe(stack)
        quiet = probe.look(1)
        before = stack.gateway.rss_kib()
        harm = attack(stack)
        during = probe.look(seconds, lambda: next(harm, None))
        more = (stack.gateway.rss_kib() - before) / KIB_PER_MIB
        print(f"  {name}: {more:.1f} MiB; median and p99 in ms before: {show(quiet)}; during: {show(during)}; missing: {probe.holes}")
        assert stack.gateway.alive()
        if not SHORT:
            assert more < memory_max_mib, f"{more:.1f} MiB more"
            assert not lossless or probe.holes == 0, f"the others lost {probe.holes} events"
        assert "account" in during and "trade" in during, during
        for what, (middle, late) in during.items():
            assert middle < MIDDLE_MAX_MS and late < LATE_MAX_MS, f"{what}: {middle:.1f} ms late, p99 {late:.1f} ms"
        probe.close()
        harm.close()  # whoever floods leaves without a word, and the gateway ends while it does


GREETING = b"\xff\0\0\0\0\0\0\0\1\x7f\3\1NULL" + bytes(16) + b"\0" + bytes(31)


def long_frame(body, flags=0):
    return bytes([flags | 2]) + len(body).to_bytes(8, "big") + body


def short_frame(body, flags=0):
    return bytes([flags, len(body)]) + body


def raw(endpoint, kind):
    """A connection that has said what it is, and goes on as it likes. libzmq's own would be busy with what we send."""
    peer = socket.socket(socket.AF_UNIX)
    peer.settimeout(5)
    peer.connect(endpoint.removeprefix("ipc://"))
    peer.sendall(GREETING)
    peer.recv(64, socket.MSG_WAITALL)
    name = b"\x0bSocket-Type" + len(kind).to_bytes(4, "big") + kind
    peer.sendall(short_frame(b"\5READY" + name, 4))
    return peer


def bomb(peer, name):
    for number in range(10000 if SHORT else 200000):
        peer.subscribe(f"{name}.{number:027d}")
        if number % 500 == 0:
            yield


def test_a_subscription_bomb():
    def attack(stack):
        bomber = CONTEXT.socket(zmq.SUB)
        bomber.linger, bomber.sndhwm = 0, 0
        bomber.connect(stack.gateway.feed)
        yield from bomb(bomber, "bomb")
        bomber.close()
    attacked("200 000 prefixes on the feed", attack, 64, seconds=3, lossless=False)


def test_a_subscription_bomb_at_an_account():
    def attack(stack):
        bomber = secure(CONTEXT.socket(zmq.SUB), stack.server, stack.other)
        bomber.sndhwm = 0
        bomber.connect(next(iter(stack.accounts.values()))["endpoint"])
        yield from bomb(bomber, "bomb")
        bomber.close()
    attacked("200 000 prefixes at an account", attack, 96, seconds=3)


def test_a_request_flood():
    def attack(stack):
        flooder = CONTEXT.socket(zmq.DEALER)
        flooder.linger, flooder.rcvhwm = 0, 1
        flooder.connect(stack.gateway.requests)
        private = secure(CONTEXT.socket(zmq.DEALER), stack.server, stack.other)
        private.rcvhwm = 1
        private.connect(stack.accounts_requests)
        body = json.dumps({"id": 1, "op": "stats.get"}).encode()
        try:
            while True:
                for target in (flooder, private):
                    try:
                        for _ in range(500):
                            target.send(body, zmq.DONTWAIT)
                    except zmq.Again:
                        pass
                yield
        finally:
            flooder.close()
            private.close()
    attacked("requests without end, replies unread", attack, 16, rate=2000)


def test_giant_frames():
    def attack(stack):
        giant = bytes(GIANT)
        while True:
            private = secure(CONTEXT.socket(zmq.DEALER), stack.server, stack.other)
            private.connect(stack.accounts_requests)
            private.send(giant)
            for endpoint, kind in ((stack.gateway.requests, b"DEALER"), (stack.gateway.feed, b"SUB")):
                with raw(endpoint, kind) as peer:
                    try:
                        peer.sendall(long_frame(giant))
                        raise AssertionError("10 MiB in one frame were taken")
                    except (BrokenPipeError, ConnectionResetError):
                        pass
                yield
            private.close()
    attacked("frames of 10 MiB", attack, 16)


def test_half_handshakes():
    def attack(stack):
        peers = []
        endpoints = [stack.accounts_requests, *(row["endpoint"] for row in stack.accounts.values())]
        greetings = [b"", b"\xff", b"\xff\0\0\0\0\0\0\0\1\x7f\3", b"\xff\0\0\0\0\0\0\0\1\x7f\3\0CURVE" + bytes(47),
                     b"GET / HTTP/1.1\r\n\r\n", b"\x16\x03\x01\x02\x00\x01", GREETING]
        for number in range(100 if SHORT else 400):
            host, port = endpoints[number % len(endpoints)][6:].split(":")
            peer = socket.create_connection((host, int(port)), timeout=2)
            peers.append(peer)
            try:
                peer.sendall(greetings[number % len(greetings)])
            except OSError:
                pass
            yield
        while True:
            yield
    attacked("400 half handshakes", attack, 16)


def test_sixty_four_frozen_readers():
    def attack(stack):
        frozen = []
        for number in range(64):
            if number % 2:
                peer = secure(CONTEXT.socket(zmq.SUB), stack.server, stack.other)
                endpoint = next(iter(stack.accounts.values()))["endpoint"]
            else:
                peer, endpoint = CONTEXT.socket(zmq.SUB), stack.gateway.feed
            peer.linger, peer.rcvhwm, peer.rcvbuf = 0, 1, 4096
            peer.subscribe(b"")
            peer.connect(endpoint)
            frozen.append(peer)
            yield
        try:
            while True:
                yield
        finally:
            for peer in frozen:
                peer.close()
    attacked("64 frozen readers, hwm 2000", attack, 64, seconds=5, trades=500, orders=100, feed=", hwm: 2000", keys="  hwm: 2000\n")


if __name__ == "__main__":
    main(globals())
