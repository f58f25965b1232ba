# SPDX-License-Identifier: Apache-2.0
"""A client that joins late, written from docs/WIRE.md alone: subscribe, marker, images, then what follows."""
import secrets
import time

from checker import Book
from harness import Client, Subscriber


class Topic:
    def __init__(self):
        self.epoch = 0
        self.seq = 0
        self.state = None
        self.book = None
        self.valid = False  # a book that is proven


class Joiner:
    def __init__(self, gateway, *prefixes):
        self.client = Client(gateway.requests)
        self.feed = Subscriber(gateway.feed, *prefixes)
        self.prefixes = list(prefixes)
        self.topics = {}
        self.behind = {}    # topic -> since when a head is ahead of us
        self.holes = []     # (topic, expected, got)
        self.noticed = []   # topics found behind their head for a second
        self.images = 0

    def join(self):
        for _ in range(5):
            nonce = secrets.token_hex(8)
            marker = f"sync.{nonce}."
            self.feed.socket.subscribe(marker)
            reply = self.client.ask({"op": "snapshot", "prefixes": self.prefixes, "sync": nonce})
            assert reply and reply["ok"], reply
            deadline = time.monotonic() + 1
            while time.monotonic() < deadline:
                got = self.feed.read(100)
                if got and got[0] == marker:
                    self.feed.socket.unsubscribe(marker)
                    self.take_images(reply["result"])
                    return
            self.feed.socket.unsubscribe(marker)
        raise AssertionError("no marker came in five tries")

    def take_images(self, result):
        while True:
            for image in result["images"]:
                self.take_image(image["topic"], image["event"])
            if "next" not in result:
                return
            reply = self.client.ask({"op": "snapshot", "prefixes": self.prefixes, "after": result["next"]})
            assert reply and reply["ok"], reply
            result = reply["result"]

    def take_image(self, name, event):
        self.images += 1
        topic = self.topics[name] = Topic()
        topic.epoch, topic.seq, topic.state = event["epoch"], event["seq"], event["state"]
        if event["kind"] == "book" and event["update"] == "snapshot":
            topic.book, topic.valid = Book(), True
            topic.book.replace(event)

    def read(self, wait_ms=0, drop=None):
        """Takes one message. `drop(topic, event)` true: it is lost on purpose."""
        got = self.feed.read(wait_ms)
        if got is None:
            return None
        name, event = got
        if event["kind"] == "sys.head":
            self.take_heads(event)
        elif "seq" in event and "update" in event and not (drop and drop(name, event)):
            self.take_event(name, event)
        return got

    def take_event(self, name, event):
        topic = self.topics.setdefault(name, Topic())
        if event["epoch"] == topic.epoch and event["seq"] <= topic.seq:
            return
        expected = topic.seq + 1 if event["epoch"] == topic.epoch else 1
        if event["seq"] != expected:
            self.holes.append((name, expected, event["seq"]))
            topic.valid = False
        topic.epoch, topic.seq, topic.state = event["epoch"], event["seq"], event["state"]
        if event["kind"] != "book":
            return
        if event["update"] == "snapshot":
            topic.book, topic.valid = Book(), event["state"] == "ok"
            topic.book.replace(event)
        elif event["state"] in ("recovering", "down"):  # stale and suspect ones go on
            topic.valid = False
        elif topic.valid and event["update"] == "delta":
            topic.book.apply(event)

    def take_heads(self, message):
        now = time.monotonic()
        for name, epoch, seq, _ in message["heads"]:
            if not any(name.startswith(prefix) for prefix in self.prefixes):
                continue
            topic = self.topics.get(name)
            if topic is None or topic.epoch < epoch or (topic.epoch == epoch and topic.seq < seq):
                since = self.behind.setdefault(name, (now, seq))
                if now - since[0] >= 1 and (topic is None or topic.seq < since[1]):
                    self.noticed.append(name)
            else:
                self.behind.pop(name, None)

    def close(self):
        self.feed.close()
        self.client.close()
